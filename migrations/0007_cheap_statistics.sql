-- What webhooks brought, no longer also what was read from the platform afterwards.
UPDATE "accounts" a SET "last_event_at" = nullif(c."detail", '')::timestamptz
FROM "account_checks" c WHERE c."account_id" = a."id" AND c."name" = 'last_event' AND NOT a."is_sandbox";--> statement-breakpoint
-- Nothing is ever chosen by what stands in these documents; comparing thousands of them would be most of an ANALYZE.
ALTER TABLE "webhook_events" ALTER COLUMN "payload" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "flow_executions" ALTER COLUMN "graph" SET STATISTICS 0, ALTER COLUMN "event" SET STATISTICS 0,
  ALTER COLUMN "error" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "execution_steps" ALTER COLUMN "input" SET STATISTICS 0, ALTER COLUMN "output" SET STATISTICS 0,
  ALTER COLUMN "error" SET STATISTICS 0, ALTER COLUMN "logs" SET STATISTICS 0, ALTER COLUMN "usage" SET STATISTICS 0,
  ALTER COLUMN "wait" SET STATISTICS 0, ALTER COLUMN "resume" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "effects" ALTER COLUMN "request" SET STATISTICS 0, ALTER COLUMN "result" SET STATISTICS 0,
  ALTER COLUMN "error" SET STATISTICS 0;
