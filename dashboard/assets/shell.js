// What the shell does without asking the server. Dash calls these by name, so that no script is written into the page.
(function () {
  "use strict";
  const root = document.documentElement;
  const cookie = /(?:^|; )mixline_theme=(light|dark)/.exec(document.cookie);

  function apply(theme) {
    root.dataset.bsTheme = theme;
    root.classList.toggle("ag-theme-dark", theme === "dark");
    root.dataset.agThemeMode = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `mixline_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  const dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  apply(cookie ? cookie[1] : dark ? "dark" : "light");

  const none = () => window.dash_clientside.no_update;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      // Links of the navigation keep the filters; the one of this page is marked.
      follow: function (pathname, search, ids) {
        window.readPlotly();
        setTimeout(() => {
          document.querySelectorAll(".sidebar .nav-entry").forEach((link) => {
            if (link.classList.contains("active")) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
          });
        }, 0);
        if (location.hash.length > 1 && location.hash !== "#content") bring(0);
        const kept = new URLSearchParams(search || "");
        const filters = new URLSearchParams();
        for (const name of ["dataset", "country", "kpi", "model", "period", "range", "currency"]) {
          if (kept.has(name)) filters.set(name, kept.get(name));
        }
        const query = filters.toString() ? "?" + filters.toString() : "";
        const here = (pathname || "/").replace(/\/+$/, "") || "/";
        return [
          ids.map((id) => id.path + query),
          ids.map((id) => (id.path === here ? "nav-entry active" : "nav-entry")),
        ];
      },
      // Figures carry their colours from the server, so a page that has some is drawn again; forms are left as they are.
      toggle_theme: function (clicks) {
        if (!clicks) return none();
        apply(root.dataset.bsTheme === "dark" ? "light" : "dark");
        // A form may have changed the address without a new page: what is drawn again is what stands there now.
        return document.querySelector(".js-plotly-plot") ? { at: Date.now(), search: location.search } : none();
      },
      retry: function (clicks) {
        return clicks.some((n) => n > 0) ? Date.now() : none();
      },
      poll: function (ticks) {
        return ticks.some((n) => n > 0) ? Date.now() : none();
      },
      export_table: function (clicks) {
        return clicks ? true : none();
      },
      menu: function (toggles, scrims, href, current) {
        const triggered = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
        const open = triggered.startsWith("menu-toggle") && !String(current).includes("open");
        const button = document.getElementById("menu-toggle");
        if (button) button.setAttribute("aria-expanded", String(open));
        return open ? "sidebar open" : "sidebar";
      },
    },
  });

  // A link to a part of a page: the part is there only once the page is drawn.
  function bring(waited) {
    const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (part && part.id !== "content") {
      part.scrollIntoView({ block: "start" });
      part.setAttribute("tabindex", "-1");
      part.focus({ preventScroll: true });
    } else if (waited < 5000) setTimeout(() => bring(waited + 100), 100);
  }

  document.addEventListener("keydown", (event) => {
    const sidebar = document.getElementById("sidebar");
    if (event.key === "Escape" && sidebar && sidebar.classList.contains("open")) {
      document.getElementById("menu-toggle").click();
      document.getElementById("menu-toggle").focus();
    }
  });
})();
