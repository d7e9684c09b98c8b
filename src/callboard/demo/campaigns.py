"""The two organizations of the demo and their campaigns: who calls whom, when, and with which results."""

from __future__ import annotations

from dataclasses import dataclass

# Weights of the days of a week, Monday first.
WEEKDAYS_ONLY = (1.0, 1.05, 1.0, 0.95, 0.8, 0.0, 0.0)
WITH_SATURDAY = (1.0, 1.0, 1.0, 1.0, 0.9, 0.35, 0.0)
EVERY_DAY = (1.1, 1.0, 1.0, 1.0, 0.95, 0.4, 0.25)

# Weights of the hours of a day: campaigns call in office hours and less at noon, callers call all day.
OFFICE_HOURS = {9: 5, 10: 9, 11: 10, 12: 6, 13: 6, 14: 9, 15: 10, 16: 9, 17: 6}
ALL_DAY = {
    6: 1, 7: 3, 8: 7, 9: 10, 10: 12, 11: 11, 12: 7, 13: 7, 14: 10, 15: 11, 16: 9, 17: 7, 18: 4, 19: 3, 20: 2,
    21: 1,
}  # fmt: skip


@dataclass(frozen=True)
class Campaign:
    """One space, and what happens in it."""

    name: str
    description: str
    call_type: str | None
    """None: no calls, only tasks."""
    per_day: int
    """Tasks (or, without tasks, calls) on a day of weight 1."""
    hours: dict[int, int]
    weekdays: tuple[float, ...]
    answer_rate: float
    """Share of calls answered in an average hour; at noon and in the evening it differs."""
    talk_median_s: float
    agents: tuple[str, ...]
    has_tasks: bool = True
    content_type: str = "contact"
    repeats_everything: bool = False
    """Whether its platform sends each event at least twice."""


@dataclass(frozen=True)
class Company:
    """One organization."""

    name: str
    handle: str
    timezone: str
    campaigns: tuple[Campaign, ...]


RENEWALS = Campaign(
    "Spring renewals", "Customers whose contract ends", "outbound", 240, OFFICE_HOURS, WITH_SATURDAY,
    0.56, 95, ("nova", "iris", "juno"),
)  # fmt: skip
REMINDERS = Campaign(
    "Payment reminders", "Invoices due this week", "outbound", 150, OFFICE_HOURS, WEEKDAYS_ONLY,
    0.48, 60, ("nova", "atlas"),
)  # fmt: skip
WEBINAR = Campaign(
    "Webinar invitations", "Invitations to the spring webinar", "outbound", 130, OFFICE_HOURS, WEEKDAYS_ONLY,
    0.42, 50, ("iris",),
)  # fmt: skip
SUPPORT = Campaign(
    "Support line", "Calls from customers", "inbound", 130, ALL_DAY, EVERY_DAY,
    0.86, 170, ("mara", "joel", "sana", "tomas"), has_tasks=False,
)  # fmt: skip
NEWSLETTER = Campaign(
    "Newsletter follow-up", "Emails after the newsletter", None, 50, OFFICE_HOURS, WEEKDAYS_ONLY,
    0.93, 0, ("mailer",), content_type="email",
)  # fmt: skip
APPOINTMENTS = Campaign(
    "Appointment reminders", "A call the day before", "outbound", 120, OFFICE_HOURS, WEEKDAYS_ONLY,
    0.62, 40, ("clara",), repeats_everything=True,
)  # fmt: skip
RECALLS = Campaign(
    "Recall visits", "Patients due for a check-up", "outbound", 70, OFFICE_HOURS, WEEKDAYS_ONLY,
    0.51, 75, ("clara", "bruno"),
)  # fmt: skip
FRONT_DESK = Campaign(
    "Front desk", "Calls from patients", "inbound", 80, ALL_DAY, WEEKDAYS_ONLY,
    0.83, 110, ("lena", "omar"), has_tasks=False,
)  # fmt: skip

COMPANIES = (
    Company(
        "Acme Outreach", "acme.example", "America/New_York",
        (RENEWALS, REMINDERS, WEBINAR, SUPPORT, NEWSLETTER),
    ),
    Company("Harbor Clinics", "harbor.example", "Europe/Berlin", (APPOINTMENTS, RECALLS, FRONT_DESK)),
)  # fmt: skip

CARRIERS = ("Meridian", "Northline", "Bluewire")
FAILING_CARRIER = "Meridian"
