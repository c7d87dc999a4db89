ALTER TABLE "Job" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'extensions';
ALTER TABLE "Job" ADD COLUMN "limits" TEXT NOT NULL DEFAULT '{}';
ALTER TABLE "Job" ADD COLUMN "startedBy" TEXT;
ALTER TABLE "Job" ADD COLUMN "pause" TEXT;
ALTER TABLE "JobRow" RENAME COLUMN "extension" TO "name";
ALTER TABLE "Mailbox" ADD COLUMN "box" TEXT;
CREATE INDEX "Mailbox_box_idx" ON "Mailbox"("box");

-- An action on many objects has no file that could have been uploaded.
UPDATE "Job" SET "state" = 'ready' WHERE "state" = 'uploaded';
-- What was started before rights were looked up again goes on as it was allowed to.
UPDATE "Job" SET "startedBy" = 'local' WHERE "state" IN ('running', 'canceling', 'undoing');
UPDATE "Job" SET "pause" = '{"because":"operator"}' WHERE "state" = 'paused';
