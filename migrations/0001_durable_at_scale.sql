CREATE TABLE "processes" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"host" text NOT NULL,
	"version" text NOT NULL,
	"beat" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "send_limits" (
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"family" text NOT NULL,
	"full_at" timestamp with time zone NOT NULL,
	"blocked_until" timestamp with time zone,
	CONSTRAINT "send_limits_account_id_family_pk" PRIMARY KEY("account_id","family")
);
--> statement-breakpoint
DROP INDEX "flow_executions_open";--> statement-breakpoint
ALTER TABLE "flows" ADD COLUMN "paused_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "send_limits" ADD CONSTRAINT "send_limits_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "send_limits" ADD CONSTRAINT "send_limits_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "flow_executions_due" ON "flow_executions" USING btree ("resume_at") WHERE "flow_executions"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "flow_executions_rare" ON "flow_executions" USING btree ("workspace_id","status","created_at") WHERE "flow_executions"."status" in ('waiting', 'failed', 'cancelled');--> statement-breakpoint
CREATE INDEX "flow_executions_open" ON "flow_executions" USING btree ("status","created_at") WHERE "flow_executions"."status" in ('queued', 'running');--> statement-breakpoint
ALTER TABLE "flow_executions" DROP COLUMN "lease_until";