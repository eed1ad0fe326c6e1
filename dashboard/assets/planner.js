/* The page Planner: the address follows the form, so that it can be sent; no page is drawn for it. */
(function () {
  "use strict";
  const here = () => window.location.pathname === "/planner";
  const STILL = 220; // milliseconds without a change until the figures beneath the sliders are drawn anew
  const SURE = 5000; // milliseconds in which a second press removes a plan
  let waiting = 0;
  let drawn = null;
  const FILTERS = ["dataset", "country", "model", "period", "range", "currency"];

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    planner: {
      keep(query, picked) {
        if (query && here()) {
          const compared = picked && picked.length ? "&compare=" + picked.join(",") : "";
          const first = !document.getElementById("plan-details")?.dataset.follows;
          window.history.replaceState(window.history.state, "", "/planner?" + query + compared);
          if (first) document.getElementById("plan-details").dataset.follows = "yes";
          else if (query !== drawn) {
            clearTimeout(waiting);
            waiting = setTimeout(() => here() && window.dash_clientside.set_props("plan-settled", { data: query }), STILL);
          }
          drawn = query;
        }
        return window.dash_clientside.no_update;
      },
      async copy(clicks) {
        if (!clicks) return window.dash_clientside.no_update;
        try {
          await navigator.clipboard.writeText(window.location.href);
          return "Copied";
        } catch (refused) {
          return "Copy it from the address bar";
        }
      },
    },
  });

  // A filter of the page keeps what was asked: its link only knows the address the page was drawn for.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest && event.target.closest(".filters a[href]");
      if (!link || !here() || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      const wanted = new URL(link.href, window.location.href);
      if (wanted.pathname !== "/planner") return;
      event.preventDefault();
      event.stopPropagation();
      const query = new URLSearchParams(window.location.search);
      for (const name of FILTERS) {
        if (wanted.searchParams.has(name)) query.set(name, wanted.searchParams.get(name));
        else query.delete(name);
      }
      window.history.pushState({}, "", "/planner?" + query.toString());
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    },
    true
  );

  // A saved plan is everybody's: it goes with the second press of its button.
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest && event.target.closest(".plan-remove");
      if (!button || button.dataset.sure) return;
      event.preventDefault();
      event.stopPropagation();
      const name = button.getAttribute("aria-label");
      button.dataset.sure = "yes";
      button.setAttribute("aria-label", name + " for good: press again");
      setTimeout(() => {
        delete button.dataset.sure;
        button.setAttribute("aria-label", name);
      }, SURE);
    },
    true
  );

  // A slider's handle is made by Dash without a name; it takes the one its row carries.
  function nameHandles(root) {
    root.querySelectorAll(".plan-slider[data-label]").forEach((row) => {
      row.querySelectorAll('[role="slider"]').forEach((handle) => {
        if (!handle.hasAttribute("aria-label")) handle.setAttribute("aria-label", row.dataset.label);
      });
    });
  }
  new MutationObserver(() => here() && nameHandles(document)).observe(document.documentElement, {
    childList: true,
    subtree: true,
  });
})();
