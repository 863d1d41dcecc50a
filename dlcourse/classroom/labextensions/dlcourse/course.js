// The page of the course in a tab of JupyterLab. This is the form that JupyterLab loads extensions
// in, written by hand: what it needs of JupyterLab it takes from there, so nothing is built.
(() => {
  const OPEN = 'dlcourse:open';
  let shared = {};

  const part = async name => {
    const versions = Object.values(shared[name]);
    const used = versions.find(({ loaded }) => loaded) ?? versions[0];
    return (await used.get())();
  };

  const extension = (launcher, palette, services, utils, widgets, icons) => {
    const url = app => utils.URLExt.join(app.serviceManager.serverSettings.baseUrl, 'dlcourse');

    class Course extends widgets.Widget {
      constructor(app) {
        super();
        this.app = app;
        this.id = 'dlcourse-course';
        this.title.label = 'Course';
        this.title.icon = icons.homeIcon;
        this.title.closable = true;
        this.node.tabIndex = -1;
        Object.assign(this.node.style, { overflow: 'auto', outline: 'none' });
        this.node.style.background = 'var(--jp-layout-color1)';
        this.node.addEventListener('click', event => this.follow(event));
      }

      async refresh() {
        if (this.asking) return;
        this.asking = true;
        try {
          const settings = this.app.serviceManager.serverSettings;
          const answer = await services.ServerConnection.makeRequest(url(this.app), {}, settings);
          if (answer.ok) this.display(await answer.text());
        } catch {
          // the server is gone, which JupyterLab itself says
        } finally {
          this.asking = false;
        }
      }

      display(text) {
        if (text === this.shown) return;
        const page = new DOMParser().parseFromString(text, 'text/html');
        const opened = [...this.node.querySelectorAll('details')].map(item => item.open);
        page.querySelectorAll('details').forEach((item, k) => (item.open = Boolean(opened[k])));
        const place = this.node.scrollTop;
        this.node.replaceChildren(...page.querySelectorAll('style, .dl-course'));
        this.node.scrollTop = place;
        this.shown = text;
      }

      async follow(event) {
        const link = event.target.closest('a[data-path]');
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        const { path, at } = link.dataset;
        const opened = await this.app.commands.execute('docmanager:open', { path });
        await opened?.revealed;
        if (!at) return;
        const notebook = opened?.content;
        const cell = notebook?.widgets.findIndex(({ model }) => `#cell-id=${model.id}` === at);
        if (cell >= 0) notebook.activeCellIndex = cell; // the keyboard goes on from there
        opened?.setFragment(at);
      }

      onAfterShow() {
        this.refresh();
      }

      onActivateRequest() {
        this.node.focus();
        this.refresh();
      }
    }

    return {
      id: 'dlcourse:course',
      description: 'Shows chapters, exercises, and how far the learner is.',
      autoStart: true,
      optional: [launcher.ILauncher, palette.ICommandPalette],
      activate: (app, launcher, palette) => {
        const inFront = !/\/tree\//.test(window.location.pathname);
        let course = null;
        const show = activate => {
          if (!course || course.isDisposed) course = new Course(app);
          if (!course.isAttached) app.shell.add(course, 'main', { activate });
          if (activate) app.shell.activateById(course.id);
          course.refresh();
        };
        app.commands.addCommand(OPEN, {
          label: 'Course',
          caption: 'Chapters, exercises, and how far you are',
          icon: icons.homeIcon,
          execute: () => show(true),
        });
        launcher?.add({ command: OPEN, category: 'Course', rank: 0 });
        palette?.addItem({ command: OPEN, category: 'Course' });
        app.restored.then(() => show(inFront));
      },
    };
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.dlcourse = {
    init: scope => {
      shared = scope;
    },
    get: async () => {
      const names = [
        '@jupyterlab/launcher',
        '@jupyterlab/apputils',
        '@jupyterlab/services',
        '@jupyterlab/coreutils',
        '@lumino/widgets',
        '@jupyterlab/ui-components',
      ];
      const plugin = extension(...(await Promise.all(names.map(part))));
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
