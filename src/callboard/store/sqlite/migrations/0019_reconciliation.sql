-- How far the reconciliation of an organization has come (hook 0), and of each hook whose platform is asked.

CREATE TABLE reconciliation (
    org_id INTEGER NOT NULL,
    hook_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (org_id, hook_id)
) WITHOUT ROWID;
