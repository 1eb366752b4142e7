DROP INDEX "flow_executions_flow";--> statement-breakpoint
CREATE INDEX "flow_executions_flow" ON "flow_executions" USING btree ("workspace_id","flow_id","created_at");