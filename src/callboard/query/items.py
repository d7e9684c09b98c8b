"""Organizations, spaces, tokens, runs, tasks and calls as items of an answer.

The HTTP API and the command line answer with the same structs, so they cannot differ. Fields are in the order
of the reference; times are ISO 8601, durations are seconds, and a missing value is `null`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from callboard.clock import Micros, iso
from callboard.model.call import Call
from callboard.model.directory import Organization, Space, SpaceSettings, Token
from callboard.model.money import Money
from callboard.model.run import Run
from callboard.model.task import Task, stuck
from callboard.model.words import TASK_STATUSES
from callboard.store.reporting import AgentTasks


class OrganizationItem(Struct, frozen=True, kw_only=True):
    """An organization, as one token (or the command line, which has no role) sees it."""

    id: int
    name: str
    domain_handle: str
    domain: str | None
    token: str
    is_private_domain: bool
    role: str | None
    created_at: str | None


class SpaceOrganization(Struct, frozen=True, kw_only=True):
    """Whose space it is."""

    name: str
    domain_handle: str


class SpaceItem(Struct, frozen=True, kw_only=True):
    """A space."""

    id: int
    name: str
    slug: str
    token: str
    description: str | None
    privacy_type: str
    space_type: str
    content_type: str
    agent_handle: str | None
    organization: SpaceOrganization
    settings: SpaceSettings
    created_at: str | None


class TokenItem(Struct, frozen=True, kw_only=True):
    """An API token; `token`, the secret itself, only in the one answer that made it."""

    id: int
    prefix: str
    name: str
    role: str | None
    organizations: list[str]
    expires_at: str | None
    last_used_at: str | None
    created_at: str | None
    revoked_at: str | None
    token: str | UnsetType = UNSET


class RunItem(Struct, frozen=True, kw_only=True):
    """A run, with its tasks counted."""

    run_id: str
    space_token: str
    collection_ref: str | None
    run_mode: str | None
    status: str
    batch_count: int
    total_tasks: int
    task_status_breakdown: dict[str, int]
    created: str | None
    modified: str | None


class StuckItem(Struct, frozen=True, kw_only=True):
    """Why a task counts as stuck."""

    reason: str
    since: str | None
    age_seconds: int


class TaskItem(Struct, frozen=True, kw_only=True):
    """A task; `stuck` as of the moment of the answer."""

    # fields: answer of a task
    task_id: str
    run_id: str | None
    space_token: str
    assignee: str | None
    status: str
    source_status: str
    execution_type: str | None
    attempt: int
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    failure_reason: str | None
    scheduled_at: str | None
    created: str | None
    modified: str | None
    # end of fields
    stuck: StuckItem | None


class AgentItem(Struct, frozen=True, kw_only=True):
    """Who tasks are assigned to. `handle` is null for the tasks without an assignee, so that agents add up to
    all tasks; `spaces` are the tokens of the spaces its tasks are in.
    """

    handle: str | None
    total_tasks: int
    task_status_breakdown: dict[str, int]
    spaces: list[str]


class CallItem(Struct, frozen=True, kw_only=True):
    """A call."""

    # fields: answer of a call
    call_id: str
    space_token: str
    source_number: str | None
    destination_number: str | None
    call_type: str | None
    call_status: str
    creation_time: str | None
    start_time: str | None
    end_time: str | None
    call_duration: float | None
    end_reason: str | None
    source_end_reason: str | None
    answered_by: str | None
    agent: str | None
    task_id: str | None
    outcome: str | None
    cost: Money | None
    billed_seconds: float | None
    external_ids: dict[str, Any] | None
    metadata: dict[str, Any] | None
    source: str
    # end of fields
    inferred: list[str]
    """Which of `creation_time` and `end_time` no event stated: they are derived from when events occurred."""


TimeFormat = Callable[[Micros | None], str | None]
"""Formats an instant as text."""


def seconds(duration_ms: int | None) -> float | None:
    """Milliseconds as seconds: an int if they are whole seconds (12, not 12.0), else a float (12.5)."""
    if duration_ms is None:
        return None
    return duration_ms / 1000 if duration_ms % 1000 else duration_ms // 1000


def organization_item(organization: Organization, role: str | None = None) -> OrganizationItem:
    """An organization; `role`: the role that the token of the request has in it."""
    return OrganizationItem(
        id=organization.id,
        name=organization.name,
        domain_handle=organization.domain_handle,
        domain=organization.domain,
        token=organization.token,
        is_private_domain=organization.is_private_domain,
        role=role,
        created_at=iso(organization.created_at),
    )


def space_item(space: Space, organization: Organization) -> SpaceItem:
    """A space of that organization."""
    assert space.org_id == organization.id
    return SpaceItem(
        id=space.id,
        name=space.name,
        slug=space.slug,
        token=space.token,
        description=space.description,
        privacy_type=space.privacy_type,
        space_type=space.space_type,
        content_type=space.content_type,
        agent_handle=space.agent_handle,
        organization=SpaceOrganization(name=organization.name, domain_handle=organization.domain_handle),
        settings=space.settings,
        created_at=iso(space.created_at),
    )


def token_item(
    token: Token, organization: Organization, visible: Sequence[Organization], secret: str | None = None
) -> TokenItem:
    """A token as `organization` sees it: its role there, and the handles of its organizations. Of these only
    those that are `visible` to the caller, because a tenant sees only itself. `secret`: only in the answer
    that created it.
    """
    reach = {member.org_id for member in token.members}
    return TokenItem(
        id=token.id,
        prefix=token.prefix,
        name=token.name,
        role=token.role_in(organization.id),
        organizations=[each.domain_handle for each in visible if each.id in reach],
        expires_at=iso(token.expires_at),
        last_used_at=iso(token.last_used_at),
        created_at=iso(token.created_at),
        revoked_at=iso(token.revoked_at),
        token=UNSET if secret is None else secret,
    )


def run_item(run: Run, space_token: str) -> RunItem:
    """A run of that space."""
    return RunItem(
        run_id=run.run_id,
        space_token=space_token,
        collection_ref=run.collection_ref,
        run_mode=run.run_mode,
        status=run.status,
        batch_count=run.batch_count,
        total_tasks=run.total_tasks,
        task_status_breakdown=run.task_status_breakdown,
        created=iso(run.created),
        modified=iso(run.modified),
    )


def task_item(task: Task, space: Space, now: Micros, format_time: TimeFormat = iso) -> TaskItem:
    """A task of that space, with its state at `now`: whether it is stuck depends on the limits of the space.
    `format_time`: for all of its times.
    """
    limits = space.settings
    found = stuck(task, now, limits.stuck_running_after, limits.stuck_pending_after)
    return TaskItem(
        space_token=space.token,
        # fields: answer from the row of a task
        task_id=task.task_id,
        run_id=task.run_id,
        assignee=task.assignee,
        status=task.status,
        source_status=task.source_status,
        execution_type=task.execution_type,
        attempt=task.attempt,
        input=task.input,
        output=task.output,
        failure_reason=task.failure_reason,
        scheduled_at=format_time(task.scheduled_at),
        created=format_time(task.created),
        modified=format_time(task.modified),
        # end of fields
        stuck=None
        if found is None
        else StuckItem(reason=found.reason, since=format_time(found.since), age_seconds=found.age_s),
    )


def agent_item(agent: AgentTasks, spaces: Mapping[int, Space]) -> AgentItem:
    """An agent. `spaces`: id → space, all of the organization."""
    breakdown: dict[str, int] = {status: agent.by_status.get(status, 0) for status in TASK_STATUSES}
    return AgentItem(
        handle=agent.handle,
        total_tasks=sum(breakdown.values()),
        task_status_breakdown=breakdown,
        spaces=[spaces[space_id].token for space_id in agent.spaces],
    )


def call_item(call: Call, space_token: str, format_time: TimeFormat = iso) -> CallItem:
    """A call of that space. `format_time`: for all of its times."""
    return CallItem(
        space_token=space_token,
        # fields: answer from the row of a call
        call_id=call.call_id,
        source_number=call.source_number,
        destination_number=call.destination_number,
        call_type=call.call_type,
        call_status=call.call_status,
        creation_time=format_time(call.creation_time),
        start_time=format_time(call.start_time),
        end_time=format_time(call.end_time),
        call_duration=seconds(call.duration_ms),
        end_reason=call.end_reason,
        source_end_reason=call.source_end_reason,
        answered_by=call.answered_by,
        agent=call.agent,
        task_id=call.task_id,
        outcome=call.outcome,
        cost=call.cost,
        billed_seconds=seconds(call.billed_ms),
        external_ids=call.external_ids,
        metadata=call.metadata,
        source=call.source,
        inferred=[*call.inferred],
        # end of fields
    )
