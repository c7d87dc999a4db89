-- CreateTable
CREATE TABLE "CallRecord" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "pbxId" TEXT NOT NULL,
    "companyId" TEXT,
    "callId" TEXT NOT NULL,
    "uniqueId" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "direction" TEXT NOT NULL,
    "fromNumber" TEXT NOT NULL,
    "fromName" TEXT,
    "toNumber" TEXT NOT NULL,
    "number" TEXT,
    "fromExtensionId" TEXT,
    "toExtensionId" TEXT,
    "startedAt" DATETIME NOT NULL,
    "answeredAt" DATETIME,
    "endedAt" DATETIME NOT NULL,
    "durationSeconds" INTEGER NOT NULL,
    "talkSeconds" INTEGER NOT NULL,
    "disposition" TEXT NOT NULL,
    "application" TEXT,
    "source" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "CallRecordGap" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "pbxId" TEXT NOT NULL,
    "fromAt" DATETIME NOT NULL,
    "untilAt" DATETIME,
    "reason" TEXT NOT NULL,
    "recovered" INTEGER NOT NULL DEFAULT 0,
    "lost" INTEGER
);

-- CreateTable
CREATE TABLE "LiveBucket" (
    "seconds" INTEGER NOT NULL,
    "pbxId" TEXT NOT NULL,
    "companyId" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "callsMax" INTEGER NOT NULL,
    "calls" INTEGER NOT NULL,
    "answered" INTEGER NOT NULL,
    "registered" INTEGER NOT NULL,
    "heard" INTEGER NOT NULL,

    PRIMARY KEY ("seconds", "companyId", "pbxId", "at")
);

-- CreateTable
CREATE TABLE "ExtensionSeen" (
    "extensionId" TEXT NOT NULL PRIMARY KEY,
    "lastCallAt" DATETIME,
    "lastRegisteredAt" DATETIME,
    CONSTRAINT "ExtensionSeen_extensionId_fkey" FOREIGN KEY ("extensionId") REFERENCES "Extension" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Company_pbxId_endpointPrefix_idx" ON "Company"("pbxId", "endpointPrefix");

-- CreateIndex
CREATE INDEX "CallRecord_companyId_startedAt_id_idx" ON "CallRecord"("companyId", "startedAt", "id");

-- CreateIndex
CREATE INDEX "CallRecord_startedAt_id_idx" ON "CallRecord"("startedAt", "id");

-- CreateIndex
CREATE INDEX "CallRecord_fromExtensionId_startedAt_idx" ON "CallRecord"("fromExtensionId", "startedAt");

-- CreateIndex
CREATE INDEX "CallRecord_toExtensionId_startedAt_idx" ON "CallRecord"("toExtensionId", "startedAt");

-- CreateIndex
CREATE INDEX "CallRecord_fromNumber_startedAt_idx" ON "CallRecord"("fromNumber", "startedAt");

-- CreateIndex
CREATE INDEX "CallRecord_toNumber_startedAt_idx" ON "CallRecord"("toNumber", "startedAt");

-- CreateIndex
CREATE INDEX "CallRecord_number_startedAt_idx" ON "CallRecord"("number", "startedAt");

-- CreateIndex
CREATE INDEX "CallRecord_callId_idx" ON "CallRecord"("callId");

-- CreateIndex
CREATE UNIQUE INDEX "CallRecord_pbxId_uniqueId_sequence_key" ON "CallRecord"("pbxId", "uniqueId", "sequence");

-- CreateIndex
CREATE INDEX "CallRecordGap_pbxId_fromAt_idx" ON "CallRecordGap"("pbxId", "fromAt");

-- CreateIndex
CREATE INDEX "LiveBucket_seconds_at_idx" ON "LiveBucket"("seconds", "at");
