/* Functions and cell drawings the tables name. Added to what other scripts put there. */
(function () {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  // A person's choice settles a column: it no longer asks for a look, and the reason says whose choice it is.
  functions.chooseCell = function (params) {
    const field = params.colDef.field;
    const value = params.newValue === null || params.newValue === undefined ? "" : String(params.newValue);
    if (params.data[field] === value) return false;
    params.data[field] = value;
    params.data.look = "";
    params.data.reason = params.data.role === params.data.suggested ? params.data.suggestion : "You chose this";
    return true;
  };

  // A choice opens with the click that starts it; the table by itself asks for a second one.
  functions.openChoices = function (params) {
    setTimeout(function () {
      const field = document.querySelector(".ag-cell-inline-editing .ag-select .ag-picker-field-wrapper");
      if (field && field.getAttribute("aria-expanded") !== "true") {
        field.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
      }
    }, 30);
  };

  functions.compareText = function (one, other) {
    return (one ? one.text : "").localeCompare(other ? other.text : "");
  };

  // A link inside a cell: within the dashboard without loading the page again, elsewhere in a new tab.
  components.CellLink = function (props) {
    const link = props.value;
    if (!link || !link.href) return null;
    if (link.href.startsWith("/")) {
      return React.createElement(window.dash_core_components.Link, { href: link.href, className: "cell-link" }, link.text);
    }
    return React.createElement(
      "a",
      { href: link.href, target: "_blank", rel: "noreferrer", className: "cell-link" },
      link.text
    );
  };

  components.StateTag = function (props) {
    return React.createElement("span", { className: "tag state-" + props.data.state }, props.value);
  };
})();
