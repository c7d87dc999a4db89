-- AlterTable
ALTER TABLE "Pbx" ADD COLUMN "sipHost" TEXT;
ALTER TABLE "Pbx" ADD COLUMN "sipPort" INTEGER;

-- AlterTable
ALTER TABLE "SipAccount" ADD COLUMN "nextSecretAt" DATETIME;
ALTER TABLE "SipAccount" ADD COLUMN "nextSecretSealed" TEXT;

-- CreateTable
CREATE TABLE "Device" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "siteId" TEXT,
    "userId" TEXT,
    "mac" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "model" TEXT,
    "label" TEXT,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "keyLayoutId" TEXT,
    "keys" TEXT NOT NULL DEFAULT '[]',
    "passwordsSealed" TEXT NOT NULL,
    "stage1Generation" INTEGER NOT NULL DEFAULT 0,
    "stage1Hash" TEXT,
    "stage2Generation" INTEGER NOT NULL DEFAULT 1,
    "stage2Hash" TEXT NOT NULL,
    "stage2OldHash" TEXT,
    "windowUntil" DATETIME,
    "releaseHash" TEXT,
    "claimCode" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Device_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Device_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Device_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Device_keyLayoutId_fkey" FOREIGN KEY ("keyLayoutId") REFERENCES "KeyLayout" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "DeviceLine" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "deviceId" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "accountId" TEXT NOT NULL,
    "label" TEXT,
    CONSTRAINT "DeviceLine_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES "Device" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DeviceLine_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "SipAccount" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "DeviceSeen" (
    "deviceId" TEXT NOT NULL PRIMARY KEY,
    "wantedRevision" INTEGER NOT NULL DEFAULT 0,
    "wantedHash" TEXT,
    "wantedAt" DATETIME,
    "problems" TEXT,
    "stage1At" DATETIME,
    "fetchedRevision" INTEGER,
    "fetchedAt" DATETIME,
    "seenAt" DATETIME,
    "address" TEXT,
    "userAgent" TEXT,
    "firmware" TEXT,
    "seenModel" TEXT,
    "certificate" TEXT,
    "registeredAt" DATETIME,
    "followState" TEXT,
    "followKind" TEXT,
    "followRevision" INTEGER,
    "followReason" TEXT,
    "followAttempts" INTEGER NOT NULL DEFAULT 0,
    "followAt" DATETIME,
    CONSTRAINT "DeviceSeen_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES "Device" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "DeviceDirty" (
    "deviceId" TEXT NOT NULL PRIMARY KEY,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "dirtyAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PhoneSetting" (
    "companyId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "scopeId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    PRIMARY KEY ("companyId", "scope", "scopeId", "key"),
    CONSTRAINT "PhoneSetting_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "KeyLayout" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "siteId" TEXT,
    "groupId" TEXT,
    "keys" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "KeyLayout_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "KeyLayout_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "KeyLayout_groupId_fkey" FOREIGN KEY ("groupId") REFERENCES "UserGroup" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PhoneSighting" (
    "mac" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT,
    "siteId" TEXT,
    "vendor" TEXT,
    "model" TEXT,
    "firmware" TEXT,
    "userAgent" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "firstAt" DATETIME NOT NULL,
    "lastAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "PhoneFetch" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "deviceId" TEXT,
    "at" DATETIME NOT NULL,
    "address" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "reason" TEXT
);

-- CreateTable
CREATE TABLE "DeviceUpload" (
    "deviceId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "content" BLOB NOT NULL,

    PRIMARY KEY ("deviceId", "name"),
    CONSTRAINT "DeviceUpload_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES "Device" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TemplateRelease" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "files" TEXT NOT NULL,
    "note" TEXT,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "RollOut" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "limits" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "reason" TEXT,
    "actor" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "RollOut_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RollOutDevice" (
    "rollOutId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "deviceId" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "reason" TEXT,
    "at" DATETIME,

    PRIMARY KEY ("rollOutId", "position"),
    CONSTRAINT "RollOutDevice_rollOutId_fkey" FOREIGN KEY ("rollOutId") REFERENCES "RollOut" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PhoneShortCode" (
    "deviceId" TEXT NOT NULL PRIMARY KEY,
    "hash" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "PhoneShortCode_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES "Device" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RedirectAccount" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "credentialsSealed" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "RedirectAccount_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RedirectEntry" (
    "deviceId" TEXT NOT NULL PRIMARY KEY,
    "mac" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "extraSealed" TEXT,
    "wanted" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "error" TEXT,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "RedirectEntry_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "RedirectAccount" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Not rebuilt, as it would lose the triggers of the search.
ALTER TABLE "Site" ADD COLUMN "phoneTokenHash" TEXT;
ALTER TABLE "Site" ADD COLUMN "phoneTokenGeneration" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Site" ADD COLUMN "phoneNetworks" TEXT NOT NULL DEFAULT '[]';
CREATE UNIQUE INDEX "Site_phoneTokenHash_key" ON "Site"("phoneTokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "Device_mac_key" ON "Device"("mac");

-- CreateIndex
CREATE UNIQUE INDEX "Device_stage1Hash_key" ON "Device"("stage1Hash");

-- CreateIndex
CREATE UNIQUE INDEX "Device_stage2Hash_key" ON "Device"("stage2Hash");

-- CreateIndex
CREATE UNIQUE INDEX "Device_stage2OldHash_key" ON "Device"("stage2OldHash");

-- CreateIndex
CREATE UNIQUE INDEX "Device_claimCode_key" ON "Device"("claimCode");

-- CreateIndex
CREATE INDEX "Device_companyId_mac_idx" ON "Device"("companyId", "mac");

-- CreateIndex
CREATE INDEX "Device_siteId_idx" ON "Device"("siteId");

-- CreateIndex
CREATE INDEX "Device_userId_idx" ON "Device"("userId");

-- CreateIndex
CREATE INDEX "Device_keyLayoutId_idx" ON "Device"("keyLayoutId");

-- CreateIndex
CREATE UNIQUE INDEX "DeviceLine_accountId_key" ON "DeviceLine"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "DeviceLine_deviceId_ordinal_key" ON "DeviceLine"("deviceId", "ordinal");

-- CreateIndex
CREATE INDEX "DeviceSeen_followState_followAt_idx" ON "DeviceSeen"("followState", "followAt");

-- CreateIndex
CREATE INDEX "KeyLayout_siteId_idx" ON "KeyLayout"("siteId");

-- CreateIndex
CREATE INDEX "KeyLayout_groupId_idx" ON "KeyLayout"("groupId");

-- CreateIndex
CREATE UNIQUE INDEX "KeyLayout_companyId_name_key" ON "KeyLayout"("companyId", "name");

-- CreateIndex
CREATE INDEX "PhoneSighting_companyId_lastAt_idx" ON "PhoneSighting"("companyId", "lastAt");

-- CreateIndex
CREATE INDEX "PhoneSighting_lastAt_idx" ON "PhoneSighting"("lastAt");

-- CreateIndex
CREATE INDEX "PhoneFetch_deviceId_id_idx" ON "PhoneFetch"("deviceId", "id");

-- CreateIndex
CREATE INDEX "PhoneFetch_at_idx" ON "PhoneFetch"("at");

-- CreateIndex
CREATE INDEX "RollOut_companyId_createdAt_idx" ON "RollOut"("companyId", "createdAt");

-- CreateIndex
CREATE INDEX "RollOut_state_idx" ON "RollOut"("state");

-- CreateIndex
CREATE INDEX "RollOutDevice_deviceId_idx" ON "RollOutDevice"("deviceId");

-- CreateIndex
CREATE UNIQUE INDEX "PhoneShortCode_hash_key" ON "PhoneShortCode"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "RedirectAccount_companyId_name_key" ON "RedirectAccount"("companyId", "name");

-- CreateIndex
CREATE INDEX "RedirectEntry_state_nextAttemptAt_idx" ON "RedirectEntry"("state", "nextAttemptAt");

-- What a redirect service was told is taken back when the phone is gone, and told anew when it is another or has another address.

CREATE TRIGGER "RedirectEntry_device_delete" AFTER DELETE ON "Device" BEGIN
  DELETE FROM "RedirectEntry" WHERE "deviceId" = OLD."id" AND "state" = 'removed';
  UPDATE "RedirectEntry" SET "wanted" = 'remove', "state" = 'waiting', "attempts" = 0, "error" = NULL,
      "nextAttemptAt" = CAST(unixepoch('subsec') * 1000 AS INTEGER), "updatedAt" = CAST(unixepoch('subsec') * 1000 AS INTEGER)
    WHERE "deviceId" = OLD."id";
END;

CREATE TRIGGER "RedirectEntry_device_update" AFTER UPDATE OF "mac","stage1Generation" ON "Device"
WHEN NEW."mac" <> OLD."mac" OR NEW."stage1Generation" <> OLD."stage1Generation" BEGIN
  UPDATE "RedirectEntry" SET "state" = 'waiting', "attempts" = 0, "error" = NULL,
      "nextAttemptAt" = CAST(unixepoch('subsec') * 1000 AS INTEGER), "updatedAt" = CAST(unixepoch('subsec') * 1000 AS INTEGER)
    WHERE "deviceId" = NEW."id" AND "wanted" = 'list';
END;

-- Whatever a phone's files are made of marks the phone, in the transaction that changes it.

CREATE TRIGGER "Device_dirty_insert" AFTER INSERT ON "Device" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."id" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Device_dirty_update" AFTER UPDATE ON "Device" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."id" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

-- One that is gone: whoever keeps a copy of it must hear of it.
CREATE TRIGGER "Device_dirty_delete" AFTER DELETE ON "Device" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt") VALUES (OLD."id", CAST(unixepoch('subsec') * 1000 AS INTEGER))
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "DeviceLine_dirty_insert" AFTER INSERT ON "DeviceLine" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."id" = NEW."deviceId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "DeviceLine_dirty_update" AFTER UPDATE ON "DeviceLine" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."id" = NEW."deviceId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "DeviceLine_dirty_delete" AFTER DELETE ON "DeviceLine" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."id" = OLD."deviceId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "SipAccount_dirty_update" AFTER UPDATE OF "secretSealed","nextSecretSealed","codecs","label","ordinal" ON "SipAccount" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT l."deviceId", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "DeviceLine" l WHERE l."accountId" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Extension_dirty_update" AFTER UPDATE OF "number","displayName","enabled","suspended" ON "Extension" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT l."deviceId", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "SipAccount" a JOIN "DeviceLine" l ON l."accountId" = a."id" WHERE a."extensionId" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Mailbox_device_dirty_insert" AFTER INSERT ON "Mailbox" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT l."deviceId", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "SipAccount" a JOIN "DeviceLine" l ON l."accountId" = a."id" WHERE a."extensionId" = NEW."extensionId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Mailbox_device_dirty_update" AFTER UPDATE OF "enabled" ON "Mailbox" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT l."deviceId", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "SipAccount" a JOIN "DeviceLine" l ON l."accountId" = a."id" WHERE a."extensionId" = NEW."extensionId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Mailbox_device_dirty_delete" AFTER DELETE ON "Mailbox" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT l."deviceId", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "SipAccount" a JOIN "DeviceLine" l ON l."accountId" = a."id" WHERE a."extensionId" = OLD."extensionId"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "PhoneSetting_dirty_insert" AFTER INSERT ON "PhoneSetting" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = NEW."companyId" AND CASE NEW."scope"
      WHEN 'company' THEN 1
      WHEN 'vendor' THEN d."vendor" = NEW."scopeId"
      WHEN 'family' THEN d."vendor" = substr(NEW."scopeId", 1, instr(NEW."scopeId", '/') - 1)
      WHEN 'model' THEN d."vendor" || '/' || d."model" = NEW."scopeId"
      WHEN 'site' THEN d."siteId" = NEW."scopeId"
      WHEN 'layout' THEN 1
      ELSE d."id" = NEW."scopeId" END
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "PhoneSetting_dirty_update" AFTER UPDATE ON "PhoneSetting" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = NEW."companyId" AND CASE NEW."scope"
      WHEN 'company' THEN 1
      WHEN 'vendor' THEN d."vendor" = NEW."scopeId"
      WHEN 'family' THEN d."vendor" = substr(NEW."scopeId", 1, instr(NEW."scopeId", '/') - 1)
      WHEN 'model' THEN d."vendor" || '/' || d."model" = NEW."scopeId"
      WHEN 'site' THEN d."siteId" = NEW."scopeId"
      WHEN 'layout' THEN 1
      ELSE d."id" = NEW."scopeId" END
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "PhoneSetting_dirty_delete" AFTER DELETE ON "PhoneSetting" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = OLD."companyId" AND CASE OLD."scope"
      WHEN 'company' THEN 1
      WHEN 'vendor' THEN d."vendor" = OLD."scopeId"
      WHEN 'family' THEN d."vendor" = substr(OLD."scopeId", 1, instr(OLD."scopeId", '/') - 1)
      WHEN 'model' THEN d."vendor" || '/' || d."model" = OLD."scopeId"
      WHEN 'site' THEN d."siteId" = OLD."scopeId"
      WHEN 'layout' THEN 1
      ELSE d."id" = OLD."scopeId" END
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "KeyLayout_dirty_insert" AFTER INSERT ON "KeyLayout" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = NEW."companyId" AND (d."keyLayoutId" = NEW."id"
      OR d."siteId" = NEW."siteId"
      OR d."userId" IN (SELECT "userId" FROM "UserGroupMember" WHERE "groupId" = NEW."groupId"))
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "KeyLayout_dirty_update" AFTER UPDATE OF "siteId","groupId","keys" ON "KeyLayout" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = NEW."companyId" AND (d."keyLayoutId" = NEW."id"
      OR d."siteId" = NEW."siteId"
      OR d."userId" IN (SELECT "userId" FROM "UserGroupMember" WHERE "groupId" = NEW."groupId"))
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "KeyLayout_dirty_delete" AFTER DELETE ON "KeyLayout" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = OLD."companyId" AND (d."keyLayoutId" = OLD."id"
      OR d."siteId" = OLD."siteId"
      OR d."userId" IN (SELECT "userId" FROM "UserGroupMember" WHERE "groupId" = OLD."groupId"))
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "KeyLayout_dirty_moved" AFTER UPDATE OF "siteId","groupId" ON "KeyLayout" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = OLD."companyId" AND (d."keyLayoutId" = OLD."id"
      OR d."siteId" = OLD."siteId"
      OR d."userId" IN (SELECT "userId" FROM "UserGroupMember" WHERE "groupId" = OLD."groupId"))
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "UserGroupMember_device_dirty_insert" AFTER INSERT ON "UserGroupMember" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."userId" = NEW."userId"
      AND EXISTS (SELECT 1 FROM "KeyLayout" WHERE "groupId" = NEW."groupId")
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "UserGroupMember_device_dirty_delete" AFTER DELETE ON "UserGroupMember" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."userId" = OLD."userId"
      AND EXISTS (SELECT 1 FROM "KeyLayout" WHERE "groupId" = OLD."groupId")
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Site_device_dirty_update" AFTER UPDATE OF "timezone","phoneTokenHash","phoneNetworks" ON "Site" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."siteId" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Company_device_dirty_update" AFTER UPDATE OF "timezone","country","pbxId" ON "Company" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Device" d WHERE d."companyId" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;

CREATE TRIGGER "Pbx_device_dirty_update" AFTER UPDATE OF "host","sipHost","sipPort" ON "Pbx" BEGIN
  INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
    SELECT d."id", CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM "Company" c JOIN "Device" d ON d."companyId" = c."id" WHERE c."pbxId" = NEW."id"
    ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1;
END;
