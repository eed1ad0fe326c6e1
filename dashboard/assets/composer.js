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

  // A field is read a moment after the last key. Who types and presses at once means what stands there: the press waits.
  const SETTLES = 500; // milliseconds; the fields' own wait and a little
  let typed = -Infinity;
  document.addEventListener("input", (event) => {
    if (event.target.closest && event.target.closest(".composer, .run-form")) typed = performance.now();
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("#run-launch, #run-launch-composed, #settings-save");
    const left = typed + SETTLES - performance.now();
    if (!button || left <= 0) return;
    event.stopImmediatePropagation();
    setTimeout(() => button.click(), left);
  }, true);

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
