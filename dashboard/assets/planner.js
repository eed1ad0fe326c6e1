/* The page Planner: the address follows the form, so that it can be sent; no page is drawn for it. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  planner: {
    keep(query) {
      if (query && window.location.pathname === "/planner") {
        window.history.replaceState(window.history.state, "", "/planner?" + query);
      }
      return window.dash_clientside.no_update;
    },
  },
});
