// When figures are drawn: those on the screen at once, the others one by one while the browser has nothing else to do, and all
// of them before the page is printed. plotly.js is read while the server makes the page, so that it is there when a figure is.
(function () {
  "use strict";
  const root = document.documentElement;
  const NEAR = 400; // pixels beyond the screen: who scrolls finds the figure drawn
  const PATIENCE = 400; // milliseconds a figure out of sight waits for an idle moment at most
  const SLOW = 250; // milliseconds: an answer that takes longer leaves time for reading
  const waiting = new Map(); // the places of figures out of sight: what is to be drawn there, and who is to be told

  let plotly; // the library, or a promise of it; Dash waits for either
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set: (library) => (plotly = wrap(library)),
  });
  // Dash would ask for another address when the first figure comes.
  let asked = false;
  Object.defineProperty(window, "_dashPlotlyJSURL", {
    get: () => ((asked = true), root.dataset.plotly),
    set: () => {},
  });

  for (const address of [root.dataset.plotly, root.dataset.graph]) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "script", href: address, fetchPriority: "low" });
    document.head.append(link);
  }

  // Called when the page has been asked for. An answer that comes at once is shown first, and the library read when its figures
  // ask for it; while a slower one is awaited, reading a megabyte of script holds nobody up.
  let begun = false;
  window.readPlotly = function () {
    if (begun) return;
    begun = true;
    read(root.dataset.graph);
    setTimeout(() => {
      if (asked || plotly) return;
      const script = read(root.dataset.plotly);
      plotly = new Promise((resolve) => {
        script.onload = () => resolve();
        script.onerror = () => resolve((plotly = undefined)); // Dash tries again when a figure comes
      });
    }, SLOW);
  };

  function read(address) {
    const script = document.createElement("script");
    Object.assign(script, { src: address, async: true });
    return document.body.appendChild(script);
  }

  function wrap(library) {
    if (!library || !library.react) return library;
    const plain = library.react.bind(library);
    const react = (place, figure, ...more) => plain(place, window.fitFigure(place, figure), ...more); // narrow.js
    library.react = (place, ...figure) => (inSight(place) ? react(place, ...figure) : postpone(place, () => react(place, ...figure)));
    return library;
  }

  let printing = false; // then everything is drawn at once
  function inSight(place) {
    if (printing) return true;
    const box = place.getBoundingClientRect();
    return box.bottom > 0 && box.top < window.innerHeight;
  }

  // The newest figure of a place is the one that is drawn there.
  function postpone(place, work) {
    return new Promise((resolve, reject) => {
      const before = waiting.get(place);
      waiting.set(place, { work, told: [...(before ? before.told : []), [resolve, reject]] });
      near.observe(place);
      plan();
    });
  }

  function draw(place) {
    const { work, told } = waiting.get(place);
    waiting.delete(place);
    near.unobserve(place);
    const done = place.isConnected ? work() : Promise.resolve(place);
    told.forEach((two) => done.then(...two));
  }

  const drawAll = () => [...waiting.keys()].forEach(draw);

  const near = new IntersectionObserver(
    (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && waiting.has(target) && draw(target)),
    { rootMargin: `${NEAR}px` }
  );

  let planned = false;
  const whenIdle = window.requestIdleCallback || ((work) => setTimeout(work, 50));
  function plan() {
    if (planned || !waiting.size) return;
    planned = true;
    whenIdle(next, { timeout: PATIENCE });
  }

  function next() {
    planned = false;
    const [first] = waiting.keys();
    if (first) draw(first);
    plan();
  }

  window.addEventListener("beforeprint", () => {
    printing = true;
    drawAll();
  });
  window.addEventListener("afterprint", () => (printing = false));
})();
