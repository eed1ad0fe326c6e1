/* The composer of the page Runs: what its tables show in the place of an empty range, and which section is open. */
(function () {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  // Whether a channel's carry-over has this parameter at all.
  functions.composerUses = function (params, name) {
    const uses = (params.context || {}).uses || {};
    return Boolean(params.data && (uses[params.data.adstock] || []).includes(name));
  };

  // The range a person typed, else the default of the channel's kind; a dash where the carry-over has no such parameter.
  functions.composerRange = function (params, name) {
    if (!params.data || !functions.composerUses(params, name)) return "–";
    if (params.value) return String(params.value);
    const words = params.context || {};
    if (name === "theta") return (words.theta || {})[params.data.kind] || "";
    return ((words.ranges || {})[params.data.adstock] || {})[name] || "";
  };

  functions.composerReason = function (params) {
    if (!params.data) return "";
    if (params.data.theta && functions.composerUses(params, "theta")) return "You chose this range.";
    if (!functions.composerUses(params, "theta")) return "Weibull ranges are those of Robyn's advice.";
    return ((params.context || {}).reason || {})[params.data.kind] || "";
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    composer: {
      // One section at a time; the others stay in the page, so that nothing typed is lost.
      open_section: function (clicks, ids) {
        const triggered = window.dash_clientside.callback_context.triggered_id;
        const chosen = triggered ? triggered.section : ids[0].section;
        return [
          ids.map((id) => (id.section === chosen ? "composer-tab chosen" : "composer-tab")),
          ids.map((id) => (id.section === chosen ? "true" : "false")),
          ids.map((id) => id.section !== chosen),
        ];
      },

      // Trials and candidates of a named size, at once: an answer of the server could come after what is typed next.
      fill_size: function (clicks, fields, drafts) {
        const none = window.dash_clientside.no_update;
        const pressed = window.dash_clientside.callback_context.triggered[0];
        const name = (window.dash_clientside.callback_context.triggered_id || {}).name;
        const size = pressed && pressed.value && drafts[0] && drafts[0].sizes.find((one) => one.name === name);
        if (!size) return fields.map(() => none);
        const wanted = { "search.trials": size.trials, "search.iterations": size.iterations };
        return fields.map((id) => (id.path in wanted ? String(wanted[id.path]) : none));
      },

      // Asked here: cards are drawn anew every second, and an answer of the server that took longer was dropped with its question.
      ask_to_cancel: function () {
        const none = window.dash_clientside.no_update;
        const context = window.dash_clientside.callback_context;
        const run = context.triggered_id && context.triggered_id.run;
        if (context.triggered_id === "cancel-no") return [false, null, none];
        if (!run || !context.triggered[0].value) return [none, none, none]; // a card was drawn, no button was pressed
        const name = document.querySelector(`[data-run="${run}"] h2, .queue-lines a[href$="run=${run}"]`);
        return [true, run, `Cancel ${name ? name.textContent : "this run"}?`];
      },

      // A study more, or those ticked less; here for the same reason.
      change_studies: function (add, remove, blank, rows, selected) {
        const context = window.dash_clientside.callback_context;
        const pressed = context.triggered[0];
        const there = rows || [];
        if (!pressed || !pressed.value || !blank) return window.dash_clientside.no_update;
        if (context.triggered_id === "study-add") {
          const last = Math.max(-1, ...there.map((row) => Number(row.name)));
          return [...there, { ...blank, name: String(last + 1) }];
        }
        const gone = new Set((selected || []).map((row) => row.name));
        return gone.size ? there.filter((row) => !gone.has(row.name)) : window.dash_clientside.no_update;
      },

      // The rows with something to mend. Only the mark is written, into the row as it is now.
      mark_rows: function (marks, ids) {
        ids.forEach((id, place) => {
          const problems = marks[place];
          if (!problems) return;
          window.dash_ag_grid.getApiAsync({ type: "composer-grid", table: id.table }).then((grid) => {
            grid.forEachNode((node) => {
              const problem = problems[node.data.name] || "";
              if ((node.data.problem || "") !== problem) node.updateData({ ...node.data, problem: problem });
            });
          });
        });
      },
    },
  });

  // Who comes back to the page sees what others did to the queue meanwhile: it asks once, and goes on while something is active.
  window.addEventListener("focus", () => {
    if (document.querySelector(".runs-page")) window.dash_clientside.set_props("runs-tick", { disabled: false });
  });

  // Who opens the composer wants to see it.
  let wanted = false;
  document.addEventListener("click", (event) => {
    const opens = event.target instanceof Element && event.target.closest("#composer-open");
    if (opens) wanted = !document.querySelector(".composer");
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "composer-settings") wanted = true;
  });

  // The chooser of files gives its input no name, and takes none.
  new MutationObserver(function () {
    const composer = wanted && document.querySelector(".composer");
    if (composer) {
      wanted = false;
      composer.scrollIntoView({ block: "nearest" });
    }
    const input = document.querySelector('#batch-file input[type="file"]:not([aria-label])');
    if (input) input.setAttribute("aria-label", "CSV file with a row for each run");
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
