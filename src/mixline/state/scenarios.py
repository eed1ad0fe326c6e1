"""Plans saved under a name: the question and what the plan said when it was saved. A name is used once per model."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from mixline.errors import ConflictError
from mixline.state.database import State
from mixline.state.rows import Clock, missing, utc_now
from mixline.state.tables import scenarios

WHERE_TO_LOOK = "The Planner page lists the saved plans."


@dataclass(frozen=True)
class Scenario:
    """One saved plan. `actor` is who saved it last."""

    id: str
    model_id: str
    name: str
    question: Mapping[str, Any]
    figures: Mapping[str, Any]
    actor: str
    created_at: datetime


class Scenarios:
    """The saved plans of one state database."""

    def __init__(self, state: State, *, clock: Clock = utc_now) -> None:
        self._state, self._clock = state, clock

    def put(
        self,
        model_id: str,
        name: str,
        question: Mapping[str, Any],
        figures: Mapping[str, Any],
        *,
        actor: str,
        replace: bool = False,
    ) -> tuple[Scenario, bool]:
        """Store a plan; whether it is new or changed comes with it. The same question under the same name is the same plan.

        Raises:
            ConflictError: the name stands for another question, and `replace` was not said.
        """
        same_name = (scenarios.c.model_id == model_id) & (scenarios.c.name == name)
        values = {
            "question": dict(question),
            "figures": dict(figures),
            "actor": actor,
            "created_at": self._clock(),
        }
        first = {"id": uuid.uuid4().hex, "model_id": model_id, "name": name, **values}
        with self._state.write() as connection:
            added = connection.execute(
                self._state.insert(scenarios).values(first).on_conflict_do_nothing().returning(scenarios)
            ).mappings().one_or_none()  # fmt: skip
            if added is not None:
                return Scenario(**added), True
            found = Scenario(**connection.execute(select(scenarios).where(same_name)).mappings().one())
            if found.question == values["question"]:
                return found, False
            if not replace:
                raise ConflictError(
                    "another plan has this name",
                    where="name",
                    got=name,
                    action="Choose another name, or say that it shall be replaced.",
                )
            changed = scenarios.update().where(same_name).values(values).returning(scenarios)
            return Scenario(**connection.execute(changed).mappings().one()), True

    def get(self, scenario_id: str) -> Scenario:
        """Raises NotFoundError."""
        with self._state.read() as connection:
            chosen = select(scenarios).where(scenarios.c.id == scenario_id)
            row = connection.execute(chosen).mappings().one_or_none()
        if row is None:
            raise missing("saved plan", scenario_id, where_to_look=WHERE_TO_LOOK)
        return Scenario(**row)

    def list_scenarios(self, *, model_id: str | None = None, limit: int = 50, offset: int = 0) -> list[Scenario]:
        """Newest first."""
        statement = select(scenarios).order_by(scenarios.c.created_at.desc(), scenarios.c.id)
        if model_id is not None:
            statement = statement.where(scenarios.c.model_id == model_id)
        with self._state.read() as connection:
            return [Scenario(**row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]

    def remove(self, scenario_id: str) -> Scenario:
        """Forget a plan. Raises NotFoundError."""
        statement = delete(scenarios).where(scenarios.c.id == scenario_id).returning(scenarios)
        with self._state.write() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise missing("saved plan", scenario_id, where_to_look=WHERE_TO_LOOK)
        return Scenario(**row)
