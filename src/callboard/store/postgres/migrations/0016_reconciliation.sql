-- How far the reconciliation of an organization has come (hook 0), and of each hook whose platform is asked.

CREATE TABLE reconciliation (
    org_id BIGINT NOT NULL,
    hook_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, hook_id)
);
