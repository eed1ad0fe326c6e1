// The page Models: a candidate that was asked for is brought into view, also for who uses the keyboard. Figures above it
// may still be taking their height, so it is held in view until the page has settled or the person moves.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  models: {
    show: function () {
      const settled = 2000; // milliseconds
      setTimeout(() => {
        const panel = document.getElementById("candidate");
        if (!panel) return;
        const bring = () => panel.scrollIntoView({ block: "start" });
        bring();
        panel.focus({ preventScroll: true });
        const watch = new ResizeObserver(bring);
        const stop = () => watch.disconnect();
        watch.observe(document.body);
        ["wheel", "touchstart", "keydown", "pointerdown"].forEach((kind) =>
          window.addEventListener(kind, stop, { once: true, passive: true })
        );
        setTimeout(stop, settled);
      }, 60);
      return window.dash_clientside.no_update;
    },
  },
  // The page Compare: its address need not name the models, the link does.
  compare: {
    copy: async function (clicks) {
      if (!clicks) return window.dash_clientside.no_update;
      const address = window.location.origin + document.getElementById("compare-copy").dataset.address;
      try {
        await navigator.clipboard.writeText(address);
        return "Copied";
      } catch (refused) {
        return address;
      }
    },
  },
});
