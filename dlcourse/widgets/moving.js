// Draw the frames of a moving picture. All numbers come from Python; nothing is computed here but
// the place of a mark on the screen. The same code runs in JupyterLab and in a page without one.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = ["", "7 4", "9 3 2 3", "2 3", "12 4", "4 2"];
const WIDTH = 340, HEIGHT = 280, LEFT = 52, RIGHT = 12, TOP = 26, BOTTOM = 44;

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function html(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Where a number of a panel lies on the screen.
function places(panel) {
  const across = WIDTH - LEFT - RIGHT, down = HEIGHT - TOP - BOTTOM;
  let [x0, x1] = panel.x, [y0, y1] = panel.y;
  let kx = across / (x1 - x0), ky = down / (y1 - y0);
  if (panel.equal) kx = ky = Math.min(kx, ky);
  return { x: (v) => LEFT + (v - x0) * kx, y: (v) => TOP + down - (v - y0) * ky, kx, ky };
}

function shape(kind, x, y, r) {
  if (kind === 1) return element("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r });
  if (kind === 2) return element("path", { d: `M${x} ${y - 1.3 * r}L${x + 1.2 * r} ${y + r}H${x - 1.2 * r}Z` });
  if (kind === 3) return element("path", { d: `M${x} ${y - 1.4 * r}L${x + 1.4 * r} ${y}L${x} ${y + 1.4 * r}L${x - 1.4 * r} ${y}Z` });
  return element("circle", { cx: x, cy: y, r });
}

function xs(mark) {
  if (Array.isArray(mark.x)) return mark.x;
  const { from, to, n } = mark.x;
  return Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
}

const DRAW = {
  line(mark, at) {
    const x = xs(mark);
    let d = "", pen = "M";
    mark.y.forEach((y, i) => {
      if (y === null) { pen = "M"; return; }
      d += `${pen}${at.x(x[i]).toFixed(1)} ${at.y(y).toFixed(1)}`;
      pen = "L";
    });
    return [element("path", { d, fill: "none", class: `dl-line dl-c${mark.s}`, "stroke-dasharray": DASHES[mark.s % DASHES.length] })];
  },
  dots(mark, at) {
    return xs(mark).map((x, i) => {
      const made = shape(mark.s % 4, at.x(x), at.y(mark.y[i]), mark.r ?? 3.5);
      made.setAttribute("class", `dl-fill dl-c${mark.s}`);
      return made;
    });
  },
  area(mark, at) {
    const x = xs(mark);
    const up = x.map((v, i) => `${at.x(v).toFixed(1)} ${at.y(mark.upper[i]).toFixed(1)}`);
    const down = x.map((v, i) => `${at.x(v).toFixed(1)} ${at.y(mark.lower[i]).toFixed(1)}`).reverse();
    return [element("path", { d: `M${up.join("L")}L${down.join("L")}Z`, class: `dl-area dl-c${mark.s}` })];
  },
  bars(mark, at) {
    const x = xs(mark), width = mark.width ?? 0.8;
    return x.map((v, i) => {
      const y = Math.min(at.y(mark.y[i]), at.y(0)), high = Math.abs(at.y(mark.y[i]) - at.y(0));
      return element("rect", { x: at.x(v - width / 2), y, width: width * at.kx, height: high, class: `dl-fill dl-c${mark.s}` });
    });
  },
  heat(mark, at) {
    const [rows, columns] = mark.size, bytes = atob(mark.v);
    const canvas = html("canvas", { width: columns, height: rows });
    const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
    const ends = mark.map === "signed" ? [[213, 94, 0], [255, 255, 255], [0, 114, 178]] : [[255, 255, 255], [128, 128, 128], [0, 0, 0]];
    for (let k = 0; k < rows * columns; k++) {
      const t = (bytes.charCodeAt(k) / 255) * 2, low = t < 1 ? 0 : 1, u = t - low;
      for (let c = 0; c < 3; c++) image.data[4 * k + c] = ends[low][c] * (1 - u) + ends[low + 1][c] * u;
      image.data[4 * k + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    const x = at.x(mark.x[0]), y = at.y(mark.y[1]);
    const made = element("image", { x, y, width: at.x(mark.x[1]) - x, height: at.y(mark.y[0]) - y, preserveAspectRatio: "none", href: canvas.toDataURL() });
    made.style.imageRendering = mark.smooth ? "auto" : "pixelated";
    const wide = (mark.x[1] - mark.x[0]) / columns, high = (mark.y[1] - mark.y[0]) / rows;
    const numbers = (mark.t ?? []).flatMap((value, k) => {
      if (value === null) return [];
      const byte = bytes.charCodeAt(k), pale = mark.map === "signed" ? Math.abs(byte - 127.5) < 80 : byte < 128;
      const across = at.x(mark.x[0] + ((k % columns) + 0.5) * wide), down = at.y(mark.y[1] - (Math.floor(k / columns) + 0.5) * high);
      return element("text", { x: across, y: down + 4, "text-anchor": "middle", class: pale ? "dl-ink" : "dl-paper" }, written(value));
    });
    return [made, ...numbers];
  },
  text(mark, at) {
    return [element("text", { x: at.x(mark.x), y: at.y(mark.y), "text-anchor": mark.anchor ?? "middle", class: "dl-text" }, mark.t)];
  },
  arrow(mark, at) {
    const [ax, ay, bx, by] = [at.x(mark.x[0]), at.y(mark.y[0]), at.x(mark.x[1]), at.y(mark.y[1])];
    const long = Math.hypot(bx - ax, by - ay) || 1, ux = (bx - ax) / long, uy = (by - ay) / long;
    const head = `M${bx} ${by}L${bx - 9 * ux + 4 * uy} ${by - 9 * uy - 4 * ux}L${bx - 9 * ux - 4 * uy} ${by - 9 * uy + 4 * ux}Z`;
    return [
      element("path", { d: `M${ax} ${ay}L${bx - 7 * ux} ${by - 7 * uy}`, fill: "none", class: `dl-line dl-c${mark.s}` }),
      element("path", { d: head, class: `dl-fill dl-c${mark.s}` }),
    ];
  },
  box(mark, at) {
    const x = at.x(mark.x), y = at.y(mark.y + mark.h), width = mark.w * at.kx, height = mark.h * at.ky;
    const made = [element("rect", { x, y, width, height, rx: 4, class: `dl-box dl-c${mark.s}` })];
    if (mark.t) made.push(element("text", { x: x + width / 2, y: y + height / 2 + 4, "text-anchor": "middle", class: "dl-text" }, mark.t));
    return made;
  },
};

function ticks([low, high], log) {
  const rough = Math.max((high - low) / 5, log ? 1 : 0), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9; v += step) found.push(Number(v.toFixed(10)));
  return found;
}

function written(value, log) {
  return log ? `1e${value}`.replace("1e0", "1") : String(value).replace("-", "−");
}

function frameOf(panel, at) {
  const made = element("g", { class: "dl-axes" });
  const right = at.x(panel.x[1]), bottom = at.y(panel.y[0]), top = at.y(panel.y[1]);
  if (panel.title) made.append(element("text", { x: (LEFT + right) / 2, y: 16, "text-anchor": "middle", class: "dl-title" }, panel.title));
  if (panel.bare) return made;
  for (const v of panel.xticks ?? ticks(panel.x, panel.xlog)) {
    made.append(element("line", { x1: at.x(v), x2: at.x(v), y1: top, y2: bottom, class: "dl-grid" }));
    made.append(element("text", { x: at.x(v), y: bottom + 17, "text-anchor": "middle" }, written(v, panel.xlog)));
  }
  for (const v of panel.yticks ?? ticks(panel.y, panel.ylog)) {
    made.append(element("line", { x1: LEFT, x2: right, y1: at.y(v), y2: at.y(v), class: "dl-grid" }));
    made.append(element("text", { x: LEFT - 6, y: at.y(v) + 4, "text-anchor": "end" }, written(v, panel.ylog)));
  }
  if (panel.xlabel) made.append(element("text", { x: (LEFT + right) / 2, y: bottom + 34, "text-anchor": "middle" }, panel.xlabel));
  if (panel.ylabel) made.append(element("text", { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, panel.ylabel));
  return made;
}

// Name the marks of a panel below it, each with its colour and its second sign.
function legendOf(marks) {
  return marks.filter((mark) => mark.n).map((mark) => {
    const sign = element("svg", { viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" });
    if (mark.k === "dots") { const dot = shape(mark.s % 4, 13, 6, 4); dot.setAttribute("class", `dl-fill dl-c${mark.s}`); sign.append(dot); }
    else if (mark.k === "line") sign.append(element("path", { d: "M1 6h24", fill: "none", class: `dl-line dl-c${mark.s}`, "stroke-dasharray": DASHES[mark.s % DASHES.length] }));
    else sign.append(element("rect", { x: 5, y: 1, width: 16, height: 10, class: `dl-fill dl-c${mark.s}` }));
    return html("span", {}, sign, ` ${mark.n}`);
  });
}

// Build the picture in `root`. `read` gives the positions of the sliders, `write` takes them.
export function build(root, data, read, write) {
  // Every picture on a page loads this file anew, so they have to count together.
  globalThis.dlMoving = (globalThis.dlMoving ?? 0) + 1;
  const id = `dl-${globalThis.dlMoving}`;
  root.classList.add("dl-moving");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.title);
  root.append(html("div", { className: "dl-heading", textContent: data.title }));
  const pictures = html("div", { className: "dl-pictures" });
  const layers = data.panels.map((panel, number) => {
    const at = places(panel), svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    const clip = element("clipPath", { id: `${id}-p${number}` });
    clip.append(element("rect", { x: LEFT - 1, y: at.y(panel.y[1]) - 1, width: at.x(panel.x[1]) - LEFT + 2, height: at.y(panel.y[0]) - at.y(panel.y[1]) + 2 }));
    const marks = element("g", { "clip-path": `url(#${clip.id})` }), legend = html("div", { className: "dl-legend" });
    svg.append(clip, frameOf(panel, at), marks);
    pictures.append(html("div", { className: "dl-panel" }, svg, legend));
    return { panel, at, marks, legend };
  });
  const picture = html("div");
  picture.setAttribute("role", "img");
  picture.append(pictures);
  const controls = html("div", { className: "dl-controls" });
  // Room for the longest value: else the sliders would move under the pointer as values change.
  const longest = Math.max(...data.controls.flatMap((control) => control.values).map((value) => value.length));
  controls.style.setProperty("--dl-value", `${longest + 1}ch`);
  const sliders = data.controls.map((control, k) => {
    const input = html("input", { type: "range", min: 0, max: control.values.length - 1, step: 1, id: `${id}-s${k}` });
    input.setAttribute("data-lm-suppress-shortcuts", "true");
    const value = html("output", { htmlFor: input.id });
    value.setAttribute("aria-live", "off"); // the slider says it already
    input.addEventListener("input", () => {
      const positions = read().slice();
      positions[k] = Number(input.value);
      write(positions);
      show();
    });
    controls.append(html("label", { htmlFor: input.id, textContent: control.label }), input, value);
    return { control, input, value };
  });
  const says = html("div", { className: "dl-says" });
  says.setAttribute("aria-live", "polite");
  root.append(picture, controls, says);

  function show() {
    const positions = read();
    let number = 0;
    sliders.forEach(({ control, input, value }, k) => {
      number = number * control.values.length + positions[k];
      if (Number(input.value) !== positions[k]) input.value = positions[k];
      value.textContent = control.values[positions[k]];
      input.setAttribute("aria-valuetext", control.values[positions[k]]);
    });
    const frame = data.frames[number];
    for (const [k, { panel, at, marks, legend }] of layers.entries()) {
      const own = [...data.still, ...frame.marks].filter((mark) => (mark.p ?? 0) === k);
      marks.replaceChildren(...own.flatMap((mark) => DRAW[mark.k](mark, at)));
      legend.replaceChildren(...legendOf(own));
    }
    says.textContent = frame.says;
    picture.setAttribute("aria-label", frame.says);
  }
  show();
  return show;
}

export default {
  render({ model, el }) {
    const write = (positions) => { model.set("positions", positions); model.save_changes(); };
    const show = build(el, model.get("data"), () => model.get("positions"), write);
    model.on("change:positions", show);
    return () => model.off("change:positions", show);
  },
};
