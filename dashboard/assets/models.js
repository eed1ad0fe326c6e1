// The page Models: a candidate that was asked for is brought into view, also for who uses the keyboard.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  models: {
    show: function () {
      setTimeout(() => {
        const panel = document.getElementById("candidate");
        if (!panel) return;
        panel.scrollIntoView({ block: "nearest" });
        panel.focus({ preventScroll: true });
      }, 60);
      return window.dash_clientside.no_update;
    },
  },
});
