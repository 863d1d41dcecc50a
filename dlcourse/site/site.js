// What is wider than its place and can be scrolled, the keyboard has to reach too; nothing else.
const SCROLLED = ".highlight pre, .cell_output .output, .formula, .table-wrapper";

function reach() {
  for (const place of document.querySelectorAll(SCROLLED)) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}

reach();
addEventListener("resize", reach);
addEventListener("load", reach);
