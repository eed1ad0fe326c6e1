"""The addresses of a plan's files: /plan-files/plan.csv|xlsx|pdf with the question of the page."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from dashboard.client import current_client
from dashboard.components.plan_address import read_inputs
from dashboard.components.plan_files import XLSX_TYPE, write_csv, write_workbook
from dashboard.components.plan_result import FILE_KINDS, FILES
from dashboard.components.plan_shelf import current_shelf
from dashboard.components.plan_solving import solve
from dashboard.figures.drawing import make_look
from dashboard.labels import label_summary
from dashboard.view import choose_row, read_filters
from mixline.errors import BusyError, MixlineError

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX_TYPE, "pdf": "application/pdf"}
PRESS = "mixline.plan_press"


def add_routes(server: Flask) -> None:
    """Serve plans as files from this application."""
    server.add_url_rule(f"{FILES}/plan.<kind>", "plan_file", send_plan)


def send_plan(kind: str) -> Response:
    """The plan of an address as a file, solved for it: the numbers are the page's."""
    if kind not in FILE_KINDS:
        abort(404)
    try:
        content = _write(kind)
    except MixlineError as error:
        refused = Response(str(error), status=error.status, mimetype="text/plain")
        if isinstance(error, BusyError):
            refused.headers["Retry-After"] = str(error.retry_after)
        return refused
    response = Response(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="plan.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _write(kind: str) -> bytes:
    query = request.args.to_dict()
    client = current_client()
    row = choose_row(client.list_models().value, read_filters(query))
    summary = label_summary(client.read_model(row.id))
    planner = current_shelf().planner(client, row.id)
    solved = solve(planner, summary, read_inputs(query).only(set(planner.model.paid_names)))
    labels = {channel.name: channel.label for channel in summary.channels}
    look = make_look(summary, "light", 50 if query.get("range") == "50" else 90)
    if kind == "csv":
        return write_csv(solved.plan, labels, look).encode("utf-8-sig")
    if kind == "xlsx":
        return write_workbook(solved, labels, look, summary.title)
    from dashboard.components.plan_print import print_plan

    return print_plan(planner, solved, summary, look)
