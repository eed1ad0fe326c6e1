// Draws the figures of a report and says when all are there (data-drawn on the document), which is what printing waits for.
"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("report-figures").textContent);
  const places = Array.from(document.querySelectorAll("[data-figure]"));
  const options = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
  const draw = (place) => {
    const figure = figures[place.dataset.figure];
    return Plotly.newPlot(place, figure.data, figure.layout, options);
  };
  const say = (name, value) => (document.documentElement.dataset[name] = value);
  // Words are measured by their type face: it has to be there before anything is drawn.
  document.fonts
    .load("16px 'Inter Variable'")
    .then(() => Promise.all(places.map(draw)))
    .then(() => say("drawn", String(places.length)))
    .catch((fault) => say("fault", String(fault)));
  // Who prints from a narrow window gets the whole sheet all the same.
  const fit = () => places.forEach((place) => Plotly.Plots.resize(place));
  window.addEventListener("beforeprint", () => {
    document.body.classList.add("paper");
    fit();
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("paper");
    fit();
  });
})();
