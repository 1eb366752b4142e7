ALTER TABLE "credentials" ADD COLUMN "issuer" text NOT NULL;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_identity" UNIQUE("issuer","account_id");