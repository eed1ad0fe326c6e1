/* The file chooser of the Data page.
 *
 * The file goes to the dashboard as a plain multipart POST, streamed from disk by the browser: a large table never becomes
 * a base64 string in memory. The panel is laid out by dashboard/components/upload_panel.py; this script owns only the
 * contents of .upload-input and .upload-status, so React never sees its nodes changed by another hand.
 */
(function () {
  "use strict";

  const RESULT_STORE = "upload-result";
  let sending = null;

  function megabytes(bytes) {
    const value = bytes / 1e6;
    return value >= 10 ? value.toFixed(0) : value.toFixed(1);
  }

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function setState(panel, state) {
    panel.dataset.state = state;
  }

  function showError(panel, sentence, reference) {
    const status = panel.querySelector(".upload-status");
    const box = element("p", "upload-error");
    box.setAttribute("role", "alert");
    box.append(element("span", "", sentence));
    if (reference) box.append(element("span", "upload-reference", "Reference " + reference));
    status.replaceChildren(box);
    setState(panel, "failed");
  }

  function showProgress(panel, file) {
    const status = panel.querySelector(".upload-status");
    const line = element("div", "upload-line");
    const text = element("span", "upload-text", "Sending " + file.name);
    const stop = element("button", "btn btn-link btn-sm", "Stop");
    stop.type = "button";
    stop.addEventListener("click", function () {
      if (sending) sending.abort();
    });
    line.append(text, stop);
    const bar = element("progress", "upload-bar");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", "Upload progress");
    status.replaceChildren(line, bar);
    setState(panel, "sending");
    return { text: text, bar: bar, stop: stop };
  }

  function problemOf(request) {
    try {
      return JSON.parse(request.responseText);
    } catch (_) {
      return {};
    }
  }

  function send(panel, file) {
    const limit = Number(panel.dataset.limitMb);
    if (file.size > limit * 1e6) {
      showError(
        panel,
        file.name + " is " + megabytes(file.size) + " MB; files up to " + limit + " MB are accepted. " +
          "Save it as Parquet, or leave out columns and years the model does not need."
      );
      return;
    }
    if (sending) sending.abort();
    const view = showProgress(panel, file);
    const request = new XMLHttpRequest();
    sending = request;
    request.upload.addEventListener("progress", function (event) {
      if (!event.lengthComputable) return;
      view.bar.value = event.loaded / event.total;
      view.text.textContent =
        "Sending " + file.name + ": " + megabytes(event.loaded) + " of " + megabytes(event.total) + " MB";
    });
    request.upload.addEventListener("load", function () {
      view.text.textContent = "Reading " + file.name + " and looking at its columns";
      view.bar.removeAttribute("value");
      view.stop.remove();
    });
    request.addEventListener("load", function () {
      sending = null;
      const answer = problemOf(request);
      if (request.status >= 200 && request.status < 300 && answer.id) {
        panel.querySelector(".upload-status").replaceChildren();
        setState(panel, "idle");
        window.dash_clientside.set_props(RESULT_STORE, { data: { id: answer.id, at: Date.now() } });
        return;
      }
      showError(
        panel,
        answer.detail || "The file could not be read (answer " + request.status + "). Try once more.",
        request.status >= 500 ? answer.correlation_id : ""
      );
    });
    request.addEventListener("error", function () {
      sending = null;
      showError(panel, "The connection broke while sending " + file.name + ". Nothing was stored; try once more.");
    });
    request.addEventListener("abort", function () {
      if (sending === request) sending = null;
      panel.querySelector(".upload-status").replaceChildren(element("p", "upload-text", "Stopped; nothing was stored."));
      setState(panel, "idle");
    });
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", panel.dataset.address);
    request.setRequestHeader("X-Mixline", "upload");
    request.send(form);
  }

  function mount(panel) {
    const input = element("input");
    input.type = "file";
    input.id = "upload-file";
    input.accept = ".csv,.txt,.tsv,.parquet,.pq";
    input.setAttribute("aria-describedby", "upload-hint");
    input.setAttribute("aria-label", "Choose a CSV or Parquet file");
    input.addEventListener("change", function () {
      if (input.files.length) send(panel, input.files[0]);
      input.value = "";
    });
    panel.querySelector(".upload-input").append(input);
    panel.dataset.mounted = "yes";

    let depth = 0;
    panel.addEventListener("dragenter", function (event) {
      event.preventDefault();
      depth += 1;
      panel.dataset.dragging = "yes";
    });
    panel.addEventListener("dragover", function (event) {
      event.preventDefault();
    });
    panel.addEventListener("dragleave", function () {
      depth -= 1;
      if (depth <= 0) delete panel.dataset.dragging;
    });
    panel.addEventListener("drop", function (event) {
      event.preventDefault();
      depth = 0;
      delete panel.dataset.dragging;
      const files = event.dataTransfer ? event.dataTransfer.files : [];
      if (files.length) send(panel, files[0]);
    });
  }

  function look() {
    const panel = document.getElementById("upload-panel");
    if (panel && panel.dataset.mounted !== "yes") mount(panel);
  }

  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
