// A figure has the width of its place on the screen; on paper it takes the width of the page, so that nothing is cut.
(function () {
  "use strict";
  const HALF = 312; // where two stand side by side
  const LOW = 262; // high, for curves: four of them on a page
  const WIDTH = 640; // pixels inside a panel on A4 with the margins of 60-print.css

  const drawn = () => document.querySelectorAll(".dash-graph .js-plotly-plot");

  window.addEventListener("beforeprint", () => {
    for (const figure of drawn()) {
      const half = figure.closest(".plan-curve, .curves > :not(:only-child)");
      const low = figure.closest(".curves > :not(:only-child)") ? { height: LOW } : {};
      window.Plotly.relayout(figure, { autosize: false, width: half ? HALF : WIDTH, ...low });
    }
  });
  window.addEventListener("afterprint", () => {
    for (const figure of drawn()) window.Plotly.relayout(figure, { autosize: true, width: null, height: null });
  });
})();
