/* A field to type in that never loses a key. Dash's own compares what it was last told with what stands in it, after each answer
   of the server and in an effect of its own: a number typed again after another part of the page had changed it was never told.
   Here what stands in the field is what counts: it is told a moment after the last key, on leaving the field, and before any
   press is acted on; only a value that comes from elsewhere is written into it. */
(function () {
  "use strict";
  const SETTLES = 400; // milliseconds after the last key; then the engine is asked
  const untold = new Set(); // how to tell, of each field that was typed in since it was last told
  const write = (value) => (value === null || value === undefined ? "" : String(value));

  function TypedField(props) {
    const { createElement, useEffect, useLayoutEffect, useRef } = window.React;
    const element = useRef(null);
    const known = useRef(write(props.value)); // what the page knows this field to hold
    const timer = useRef(0);
    const current = useRef(props);
    current.current = props;
    const tell = useRef(function () {
      forget();
      if (!element.current || element.current.value === known.current) return;
      known.current = element.current.value;
      current.current.setProps({ value: known.current });
    }).current;

    const forget = useRef(function () {
      window.clearTimeout(timer.current);
      untold.delete(tell);
    }).current;

    useLayoutEffect(() => {
      if (write(props.value) === known.current) return; // its own words coming back
      forget();
      known.current = write(props.value);
      element.current.value = known.current;
    }, [props.value]);
    useEffect(() => forget, []);

    return createElement(
      "div",
      { className: "dash-input-container" },
      createElement("input", {
        ref: element,
        id: props.id,
        className: "dash-input-element",
        type: "text",
        inputMode: props.inputMode,
        placeholder: props.placeholder,
        maxLength: props.maxLength,
        autoComplete: "off",
        spellCheck: false,
        defaultValue: known.current,
        onInput: () => {
          untold.add(tell);
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(tell, SETTLES);
        },
        onBlur: tell,
        onKeyDown: (event) => event.key === "Enter" && tell(),
      })
    );
  }

  // Who types and presses at once means what stands there.
  document.addEventListener("click", () => [...untold].forEach((tell) => tell()), true);
  window.mixline_fields = { TypedField };
})();
