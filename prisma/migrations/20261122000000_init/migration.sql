-- The large tables have no rowid: their key is the table, and every write touches one tree less.

-- CreateTable
CREATE TABLE "Pbx" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "amiPort" INTEGER NOT NULL,
    "tls" BOOLEAN NOT NULL DEFAULT false,
    "loginsSealed" TEXT NOT NULL,
    "wsUrl" TEXT,
    "driftPolicy" TEXT NOT NULL DEFAULT 'enforce',
    "pinConflict" TEXT NOT NULL DEFAULT 'phone',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "approvedPlan" TEXT,
    "lastAuditAt" DATETIME,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "Company" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "pbxId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "endpointPrefix" TEXT NOT NULL,
    "ranges" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "trunk" TEXT,
    "outgoingCallerId" TEXT,
    "emergencyNumbers" TEXT NOT NULL DEFAULT '["112","911"]',
    "quarantineDays" INTEGER NOT NULL DEFAULT 30,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Company_pbxId_fkey" FOREIGN KEY ("pbxId") REFERENCES "Pbx" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Site" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timezone" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Site_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "siteId" TEXT,
    "username" TEXT NOT NULL,
    "email" TEXT,
    "firstName" TEXT NOT NULL,
    "lastName" TEXT NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'en',
    "timezone" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "User_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "User_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Extension" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "callerIdName" TEXT,
    "userId" TEXT,
    "siteId" TEXT,
    "ringSeconds" INTEGER NOT NULL DEFAULT 25,
    "forwardAlways" TEXT,
    "forwardBusy" TEXT,
    "forwardNoAnswer" TEXT,
    "doNotDisturb" BOOLEAN NOT NULL DEFAULT false,
    "classOfService" TEXT NOT NULL DEFAULT 'national',
    "pickupGroup" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Extension_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Extension_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Extension_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "SipAccount" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "extensionId" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "label" TEXT,
    "kind" TEXT NOT NULL DEFAULT 'desk',
    "codecs" TEXT,
    "maxContacts" INTEGER NOT NULL DEFAULT 1,
    "secretSealed" TEXT NOT NULL,
    "rotatedAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "SipAccount_extensionId_fkey" FOREIGN KEY ("extensionId") REFERENCES "Extension" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "Mailbox" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "extensionId" TEXT NOT NULL,
    "pinSealed" TEXT NOT NULL,
    "pinSource" TEXT NOT NULL DEFAULT 'api',
    "pinChangedAt" DATETIME NOT NULL,
    "email" TEXT,
    "attach" BOOLEAN NOT NULL DEFAULT true,
    "deleteAfterMail" BOOLEAN NOT NULL DEFAULT false,
    "timezone" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Mailbox_extensionId_fkey" FOREIGN KEY ("extensionId") REFERENCES "Extension" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "PhoneNumber" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "e164" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'spare',
    "extensionId" TEXT,
    "note" TEXT,
    "quarantinedUntil" DATETIME,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "PhoneNumber_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "PhoneNumber_extensionId_fkey" FOREIGN KEY ("extensionId") REFERENCES "Extension" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PhoneNumberEvent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "numberId" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "actor" TEXT NOT NULL,
    "fromState" TEXT,
    "toState" TEXT NOT NULL,
    "extension" TEXT,
    CONSTRAINT "PhoneNumberEvent_numberId_fkey" FOREIGN KEY ("numberId") REFERENCES "PhoneNumber" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "companyId" TEXT,
    "expiresAt" DATETIME,
    "lastUsedAt" DATETIME,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" DATETIME NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "objectType" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "companyId" TEXT,
    "details" TEXT
);

-- CreateTable
CREATE TABLE "Outbox" (
    "pbxId" TEXT NOT NULL,
    "ownerType" TEXT NOT NULL,
    "ownerId" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "deleted" BOOLEAN NOT NULL DEFAULT false,
    "dirtyAt" DATETIME NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "errorCode" TEXT,
    "errorReason" TEXT,

    PRIMARY KEY ("pbxId", "ownerType", "ownerId")
);

-- CreateTable
CREATE TABLE "AppliedObject" (
    "pbxId" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "ownerType" TEXT NOT NULL,
    "ownerId" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "pinFingerprint" TEXT,
    "appliedAt" DATETIME NOT NULL,

    PRIMARY KEY ("pbxId", "ref")
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "Drift" (
    "pbxId" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "ownerType" TEXT,
    "ownerId" TEXT,
    "detectedAt" DATETIME NOT NULL,
    "details" TEXT,

    PRIMARY KEY ("pbxId", "ref")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "type" TEXT NOT NULL,
    "companyId" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "options" TEXT NOT NULL,
    "total" INTEGER,
    "processed" INTEGER NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "credentialsTakenAt" DATETIME,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME
);

-- CreateTable
CREATE TABLE "JobRow" (
    "jobId" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "result" TEXT NOT NULL,
    "extension" TEXT,
    "objectId" TEXT,
    "errors" TEXT,
    "before" TEXT,
    "after" INTEGER,

    PRIMARY KEY ("jobId", "line"),
    CONSTRAINT "JobRow_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "key" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "status" INTEGER,
    "body" TEXT,
    "createdAt" DATETIME NOT NULL,

    PRIMARY KEY ("actor", "key")
);

-- CreateTable
CREATE TABLE "Setting" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Pbx_name_key" ON "Pbx"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Company_slug_key" ON "Company"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "Site_companyId_name_key" ON "Site"("companyId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "User_username_key" ON "User"("username");

-- CreateIndex
CREATE INDEX "User_companyId_username_idx" ON "User"("companyId", "username");

-- CreateIndex
CREATE INDEX "User_siteId_idx" ON "User"("siteId");

-- CreateIndex
CREATE INDEX "Extension_userId_idx" ON "Extension"("userId") WHERE "userId" IS NOT NULL;

-- CreateIndex
CREATE INDEX "Extension_siteId_idx" ON "Extension"("siteId") WHERE "siteId" IS NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "Extension_companyId_number_key" ON "Extension"("companyId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "SipAccount_extensionId_ordinal_key" ON "SipAccount"("extensionId", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "Mailbox_extensionId_key" ON "Mailbox"("extensionId");

-- CreateIndex
CREATE UNIQUE INDEX "PhoneNumber_e164_key" ON "PhoneNumber"("e164");

-- CreateIndex
CREATE INDEX "PhoneNumber_companyId_state_idx" ON "PhoneNumber"("companyId", "state");

-- CreateIndex
CREATE INDEX "PhoneNumber_extensionId_idx" ON "PhoneNumber"("extensionId");

-- CreateIndex
CREATE INDEX "PhoneNumberEvent_numberId_id_idx" ON "PhoneNumberEvent"("numberId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- CreateIndex
CREATE INDEX "AuditEvent_objectType_objectId_id_idx" ON "AuditEvent"("objectType", "objectId", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_companyId_id_idx" ON "AuditEvent"("companyId", "id");

-- CreateIndex
CREATE INDEX "Outbox_ownerId_idx" ON "Outbox"("ownerId");

-- CreateIndex
CREATE INDEX "AppliedObject_ownerId_idx" ON "AppliedObject"("ownerId");

-- CreateIndex
CREATE INDEX "Job_companyId_createdAt_idx" ON "Job"("companyId", "createdAt");

-- CreateIndex
CREATE INDEX "Job_state_idx" ON "Job"("state");

-- CreateIndex
CREATE INDEX "JobRow_jobId_result_idx" ON "JobRow"("jobId", "result");

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");
