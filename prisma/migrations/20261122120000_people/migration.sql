-- CreateTable
CREATE TABLE "Role" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "builtIn" TEXT,
    "permissions" TEXT NOT NULL,
    "requiresSecondFactor" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Role_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "UserRole" (
    "userId" TEXT NOT NULL,
    "roleId" TEXT NOT NULL,

    PRIMARY KEY ("userId", "roleId"),
    CONSTRAINT "UserRole_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "UserRole_roleId_fkey" FOREIGN KEY ("roleId") REFERENCES "Role" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "UserGroup" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "UserGroup_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "UserGroupMember" (
    "groupId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,

    PRIMARY KEY ("groupId", "userId"),
    CONSTRAINT "UserGroupMember_groupId_fkey" FOREIGN KEY ("groupId") REFERENCES "UserGroup" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "UserGroupMember_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ExternalId" (
    "companyId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "userId" TEXT NOT NULL,

    PRIMARY KEY ("companyId", "name", "value"),
    CONSTRAINT "ExternalId_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Avatar" (
    "userId" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "image" BLOB NOT NULL,
    "etag" TEXT NOT NULL,

    PRIMARY KEY ("userId", "size"),
    CONSTRAINT "Avatar_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "hash" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "companyId" TEXT NOT NULL,
    "transport" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "userAgent" TEXT,
    "createdAt" DATETIME NOT NULL,
    "lastSeenAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OneTimeToken" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "dataSealed" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "OneTimeToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LoginThrottle" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "failures" INTEGER NOT NULL,
    "lastAt" DATETIME NOT NULL,
    "blockedUntil" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "BackupCode" (
    "userId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    PRIMARY KEY ("userId", "hash"),
    CONSTRAINT "BackupCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "roleIds" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "invitedBy" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "sent" INTEGER NOT NULL DEFAULT 1,
    "userId" TEXT,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Invitation_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Mail" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT,
    "userId" TEXT,
    "to" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "dataSealed" TEXT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "error" TEXT,
    "messageId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "endedAt" DATETIME
);

-- CreateTable
CREATE TABLE "Broadcast" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "channels" TEXT NOT NULL,
    "sendAt" DATETIME NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'scheduled',
    "actor" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Broadcast_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "BroadcastDelivery" (
    "broadcastId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "detail" TEXT,
    "mailId" TEXT,
    "at" DATETIME NOT NULL,

    PRIMARY KEY ("broadcastId", "userId", "channel"),
    CONSTRAINT "BroadcastDelivery_broadcastId_fkey" FOREIGN KEY ("broadcastId") REFERENCES "Broadcast" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LifecycleReport" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'working',
    "options" TEXT NOT NULL,
    "steps" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "endedAt" DATETIME
);

-- CreateTable
CREATE TABLE "DeletedUser" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "firstName" TEXT NOT NULL,
    "lastName" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "deletedAt" DATETIME NOT NULL,
    "purgeAt" DATETIME NOT NULL,
    "snapshotSealed" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "ScheduledAction" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "options" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "ScheduledAction_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Columns are added, not tables rebuilt: a large Extension table would be written whole, and lose what prisma does not know
-- (WITHOUT ROWID, indexes over some of the rows).
ALTER TABLE "ApiToken" ADD COLUMN "userId" TEXT REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "ApiToken_userId_idx" ON "ApiToken"("userId");
ALTER TABLE "AuditEvent" ADD COLUMN "address" TEXT;
ALTER TABLE "AuditEvent" ADD COLUMN "requestId" TEXT;
ALTER TABLE "AuditEvent" ADD COLUMN "hash" TEXT NOT NULL DEFAULT '';
CREATE INDEX "AuditEvent_actor_id_idx" ON "AuditEvent"("actor", "id");
CREATE INDEX "AuditEvent_action_id_idx" ON "AuditEvent"("action", "id");
CREATE INDEX "AuditEvent_at_idx" ON "AuditEvent"("at");
-- What a job or a PBX did came from no request: imports pay nothing for these two.
CREATE INDEX "AuditEvent_address_id_idx" ON "AuditEvent"("address", "id") WHERE "address" IS NOT NULL;
CREATE INDEX "AuditEvent_requestId_id_idx" ON "AuditEvent"("requestId", "id") WHERE "requestId" IS NOT NULL;
-- The activity log is append-only. Retention says in its own transaction that it is at work (src/store/activity/retention.ts).
CREATE TRIGGER "AuditEvent_no_update" BEFORE UPDATE ON "AuditEvent"
BEGIN
    SELECT RAISE(ABORT, 'the activity log is append-only');
END;
CREATE TRIGGER "AuditEvent_no_delete" BEFORE DELETE ON "AuditEvent"
WHEN NOT EXISTS (SELECT 1 FROM "Setting" WHERE "name" = 'activityRetention')
BEGIN
    SELECT RAISE(ABORT, 'the activity log is append-only');
END;
ALTER TABLE "Company" ADD COLUMN "allowedDomains" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Company" ADD COLUMN "noticeEmail" TEXT;
ALTER TABLE "Company" ADD COLUMN "userTypes" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Company" ADD COLUMN "labelKinds" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Company" ADD COLUMN "requiresSecondFactor" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Extension" ADD COLUMN "suspended" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Extension" ADD COLUMN "suspendedForward" TEXT;
ALTER TABLE "User" ADD COLUMN "title" TEXT;
ALTER TABLE "User" ADD COLUMN "personalContact" TEXT;
ALTER TABLE "User" ADD COLUMN "userType" TEXT;
ALTER TABLE "User" ADD COLUMN "state" TEXT NOT NULL DEFAULT 'active';
ALTER TABLE "User" ADD COLUMN "disabled" TEXT;
ALTER TABLE "User" ADD COLUMN "isOperator" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "User" ADD COLUMN "passwordHash" TEXT;
ALTER TABLE "User" ADD COLUMN "passwordChangedAt" DATETIME;
ALTER TABLE "User" ADD COLUMN "passwordIsShort" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "User" ADD COLUMN "mustChangePassword" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "User" ADD COLUMN "passwordExpiresAt" DATETIME;
ALTER TABLE "User" ADD COLUMN "totpSealed" TEXT;
ALTER TABLE "User" ADD COLUMN "totpLastStep" INTEGER;
ALTER TABLE "User" ADD COLUMN "codeByContact" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "User" ADD COLUMN "phonePinSealed" TEXT;
ALTER TABLE "User" ADD COLUMN "lastLoginAt" DATETIME;
CREATE INDEX "User_companyId_state_idx" ON "User"("companyId", "state");
-- Logins do not mind upper and lower case. Not unique: what is there may differ in case alone.
CREATE INDEX "User_username_nocase" ON "User"("username" COLLATE NOCASE);

-- What is there gets the roles that new companies and users start with (src/domain/permission.ts).
INSERT INTO "Role" ("id", "companyId", "name", "builtIn", "permissions", "createdAt", "updatedAt")
SELECT lower(hex(randomblob(16))), c."id", r.column1, r.column2, r.column3, unixepoch() * 1000, unixepoch() * 1000
FROM "Company" c CROSS JOIN (VALUES
  ('Administrator', 'administrator', '["admin"]'),
  ('User', 'user', '["users:read","users:invite"]')) r;
INSERT INTO "UserRole" ("userId", "roleId")
SELECT u."id", r."id" FROM "User" u JOIN "Role" r ON r."companyId" = u."companyId" AND r."builtIn" = 'user';

-- CreateIndex
CREATE UNIQUE INDEX "Role_companyId_name_key" ON "Role"("companyId", "name");

-- CreateIndex
CREATE INDEX "UserRole_roleId_idx" ON "UserRole"("roleId");

-- CreateIndex
CREATE UNIQUE INDEX "UserGroup_companyId_kind_name_key" ON "UserGroup"("companyId", "kind", "name");

-- CreateIndex
CREATE INDEX "UserGroupMember_userId_idx" ON "UserGroupMember"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ExternalId_userId_name_key" ON "ExternalId"("userId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Session_hash_key" ON "Session"("hash");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "OneTimeToken_userId_purpose_idx" ON "OneTimeToken"("userId", "purpose");

-- CreateIndex
CREATE INDEX "OneTimeToken_expiresAt_idx" ON "OneTimeToken"("expiresAt");

-- CreateIndex
CREATE INDEX "LoginThrottle_lastAt_idx" ON "LoginThrottle"("lastAt");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_hash_key" ON "Invitation"("hash");

-- CreateIndex
CREATE INDEX "Invitation_companyId_email_idx" ON "Invitation"("companyId", "email");

-- CreateIndex
CREATE INDEX "Mail_state_nextAttemptAt_idx" ON "Mail"("state", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "Mail_companyId_createdAt_idx" ON "Mail"("companyId", "createdAt");

-- CreateIndex
CREATE INDEX "Broadcast_state_sendAt_idx" ON "Broadcast"("state", "sendAt");

-- CreateIndex
CREATE INDEX "Broadcast_companyId_createdAt_idx" ON "Broadcast"("companyId", "createdAt");

-- CreateIndex
CREATE INDEX "BroadcastDelivery_userId_idx" ON "BroadcastDelivery"("userId");

-- CreateIndex
CREATE INDEX "LifecycleReport_state_idx" ON "LifecycleReport"("state");

-- CreateIndex
CREATE INDEX "LifecycleReport_userId_createdAt_idx" ON "LifecycleReport"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "LifecycleReport_companyId_createdAt_idx" ON "LifecycleReport"("companyId", "createdAt");

-- CreateIndex
CREATE INDEX "DeletedUser_companyId_deletedAt_idx" ON "DeletedUser"("companyId", "deletedAt");

-- CreateIndex
CREATE INDEX "DeletedUser_purgeAt_idx" ON "DeletedUser"("purgeAt");

-- CreateIndex
CREATE INDEX "ScheduledAction_at_idx" ON "ScheduledAction"("at");

-- CreateIndex
CREATE INDEX "ScheduledAction_userId_idx" ON "ScheduledAction"("userId");
