-- What lists search (src/store/search-index.ts, docs/lists.md): words of rows without accents and case. Triggers note which rows
-- have changed, whoever changed them; the end of each transaction of ours brings the index up to them. (A trigger that writes
-- into FTS5 itself costs ten times as much: FTS5 writes a segment for each statement.) A migration that makes one of these
-- tables anew must make its triggers anew, too.

CREATE TABLE "SearchPending" ("kind" TEXT NOT NULL, "objectId" TEXT NOT NULL);

-- Numbers that last: some of the tables have no rowid, and those of the others may change.
CREATE TABLE "SearchEntry" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "objectId" TEXT NOT NULL);
CREATE UNIQUE INDEX "SearchEntry_objectId_kind_key" ON "SearchEntry"("objectId", "kind");

CREATE VIRTUAL TABLE "UserSearch" USING fts5("name", "username", "email", "title", "extensions", "externalIds", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'User', "id" FROM "User";

CREATE TRIGGER "User_search_insert" AFTER INSERT ON "User" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', NEW."id");
END;

CREATE TRIGGER "User_search_update" AFTER UPDATE OF "username", "firstName", "lastName", "email", "title" ON "User"
  WHEN OLD."username" IS NOT NEW."username" OR OLD."firstName" IS NOT NEW."firstName" OR OLD."lastName" IS NOT NEW."lastName" OR OLD."email" IS NOT NEW."email" OR OLD."title" IS NOT NEW."title" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', NEW."id");
END;

CREATE TRIGGER "User_search_delete" AFTER DELETE ON "User" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', OLD."id");
END;

CREATE VIRTUAL TABLE "ExtensionSearch" USING fts5("number", "name", "callerId", "person", "mailbox", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Extension', "id" FROM "Extension";

CREATE TRIGGER "Extension_search_insert" AFTER INSERT ON "Extension" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', NEW."id");
END;

CREATE TRIGGER "Extension_search_update" AFTER UPDATE OF "number", "displayName", "callerIdName", "userId" ON "Extension"
  WHEN OLD."number" IS NOT NEW."number" OR OLD."displayName" IS NOT NEW."displayName" OR OLD."callerIdName" IS NOT NEW."callerIdName" OR OLD."userId" IS NOT NEW."userId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', NEW."id");
END;

CREATE TRIGGER "Extension_search_delete" AFTER DELETE ON "Extension" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', OLD."id");
END;

CREATE VIRTUAL TABLE "PhoneNumberSearch" USING fts5("number", "note", "extension", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'PhoneNumber', "id" FROM "PhoneNumber";

CREATE TRIGGER "PhoneNumber_search_insert" AFTER INSERT ON "PhoneNumber" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('PhoneNumber', NEW."id");
END;

CREATE TRIGGER "PhoneNumber_search_update" AFTER UPDATE OF "e164", "note", "extensionId" ON "PhoneNumber"
  WHEN OLD."e164" IS NOT NEW."e164" OR OLD."note" IS NOT NEW."note" OR OLD."extensionId" IS NOT NEW."extensionId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('PhoneNumber', NEW."id");
END;

CREATE TRIGGER "PhoneNumber_search_delete" AFTER DELETE ON "PhoneNumber" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('PhoneNumber', OLD."id");
END;

CREATE VIRTUAL TABLE "CompanySearch" USING fts5("name", "slug", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Company', "id" FROM "Company";

CREATE TRIGGER "Company_search_insert" AFTER INSERT ON "Company" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Company', NEW."id");
END;

CREATE TRIGGER "Company_search_update" AFTER UPDATE OF "name", "slug" ON "Company"
  WHEN OLD."name" IS NOT NEW."name" OR OLD."slug" IS NOT NEW."slug" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Company', NEW."id");
END;

CREATE TRIGGER "Company_search_delete" AFTER DELETE ON "Company" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Company', OLD."id");
END;

CREATE VIRTUAL TABLE "SiteSearch" USING fts5("name", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Site', "id" FROM "Site";

CREATE TRIGGER "Site_search_insert" AFTER INSERT ON "Site" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Site', NEW."id");
END;

CREATE TRIGGER "Site_search_update" AFTER UPDATE OF "name" ON "Site"
  WHEN OLD."name" IS NOT NEW."name" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Site', NEW."id");
END;

CREATE TRIGGER "Site_search_delete" AFTER DELETE ON "Site" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Site', OLD."id");
END;

CREATE VIRTUAL TABLE "RoleSearch" USING fts5("name", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Role', "id" FROM "Role";

CREATE TRIGGER "Role_search_insert" AFTER INSERT ON "Role" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Role', NEW."id");
END;

CREATE TRIGGER "Role_search_update" AFTER UPDATE OF "name" ON "Role"
  WHEN OLD."name" IS NOT NEW."name" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Role', NEW."id");
END;

CREATE TRIGGER "Role_search_delete" AFTER DELETE ON "Role" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Role', OLD."id");
END;

CREATE VIRTUAL TABLE "UserGroupSearch" USING fts5("name", "description", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'UserGroup', "id" FROM "UserGroup";

CREATE TRIGGER "UserGroup_search_insert" AFTER INSERT ON "UserGroup" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('UserGroup', NEW."id");
END;

CREATE TRIGGER "UserGroup_search_update" AFTER UPDATE OF "name", "description" ON "UserGroup"
  WHEN OLD."name" IS NOT NEW."name" OR OLD."description" IS NOT NEW."description" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('UserGroup', NEW."id");
END;

CREATE TRIGGER "UserGroup_search_delete" AFTER DELETE ON "UserGroup" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('UserGroup', OLD."id");
END;

CREATE VIRTUAL TABLE "InvitationSearch" USING fts5("email", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Invitation', "id" FROM "Invitation";

CREATE TRIGGER "Invitation_search_insert" AFTER INSERT ON "Invitation" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Invitation', NEW."id");
END;

CREATE TRIGGER "Invitation_search_update" AFTER UPDATE OF "email" ON "Invitation"
  WHEN OLD."email" IS NOT NEW."email" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Invitation', NEW."id");
END;

CREATE TRIGGER "Invitation_search_delete" AFTER DELETE ON "Invitation" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Invitation', OLD."id");
END;

CREATE VIRTUAL TABLE "DeletedUserSearch" USING fts5("name", "username", content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'DeletedUser', "id" FROM "DeletedUser";

CREATE TRIGGER "DeletedUser_search_insert" AFTER INSERT ON "DeletedUser" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('DeletedUser', NEW."id");
END;

CREATE TRIGGER "DeletedUser_search_update" AFTER UPDATE OF "username", "firstName", "lastName" ON "DeletedUser"
  WHEN OLD."username" IS NOT NEW."username" OR OLD."firstName" IS NOT NEW."firstName" OR OLD."lastName" IS NOT NEW."lastName" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('DeletedUser', NEW."id");
END;

CREATE TRIGGER "DeletedUser_search_delete" AFTER DELETE ON "DeletedUser" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('DeletedUser', OLD."id");
END;

-- A user is found by his extensions and external ids.

CREATE TRIGGER "User_search_extension_insert" AFTER INSERT ON "Extension" WHEN NEW."userId" IS NOT NULL BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', NEW."userId");
END;

CREATE TRIGGER "User_search_extension_update" AFTER UPDATE OF "number", "userId" ON "Extension"
  WHEN OLD."number" IS NOT NEW."number" OR OLD."userId" IS NOT NEW."userId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'User', "id" FROM "User" WHERE "id" IN (OLD."userId", NEW."userId");
END;

CREATE TRIGGER "User_search_extension_delete" AFTER DELETE ON "Extension" WHEN OLD."userId" IS NOT NULL BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', OLD."userId");
END;

CREATE TRIGGER "User_search_external_insert" AFTER INSERT ON "ExternalId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', NEW."userId");
END;

CREATE TRIGGER "User_search_external_update" AFTER UPDATE OF "value", "userId" ON "ExternalId"
  WHEN OLD."value" IS NOT NEW."value" OR OLD."userId" IS NOT NEW."userId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', OLD."userId");
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', NEW."userId");
END;

CREATE TRIGGER "User_search_external_delete" AFTER DELETE ON "ExternalId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('User', OLD."userId");
END;

-- An extension is found by its user and the address of its mailbox, a number by its extension.

CREATE TRIGGER "Extension_search_user" AFTER UPDATE OF "username", "firstName", "lastName" ON "User"
  WHEN OLD."username" IS NOT NEW."username" OR OLD."firstName" IS NOT NEW."firstName" OR OLD."lastName" IS NOT NEW."lastName" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'Extension', "id" FROM "Extension" WHERE "userId" = NEW."id";
END;

CREATE TRIGGER "Extension_search_mailbox_insert" AFTER INSERT ON "Mailbox" WHEN NEW."email" IS NOT NULL BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', NEW."extensionId");
END;

CREATE TRIGGER "Extension_search_mailbox_update" AFTER UPDATE OF "email", "extensionId" ON "Mailbox"
  WHEN OLD."email" IS NOT NEW."email" OR OLD."extensionId" IS NOT NEW."extensionId" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', OLD."extensionId");
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', NEW."extensionId");
END;

CREATE TRIGGER "Extension_search_mailbox_delete" AFTER DELETE ON "Mailbox" WHEN OLD."email" IS NOT NULL BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") VALUES ('Extension', OLD."extensionId");
END;

CREATE TRIGGER "PhoneNumber_search_extension" AFTER UPDATE OF "number", "displayName" ON "Extension"
  WHEN OLD."number" IS NOT NEW."number" OR OLD."displayName" IS NOT NEW."displayName" BEGIN
  INSERT INTO "SearchPending" ("kind", "objectId") SELECT 'PhoneNumber', "id" FROM "PhoneNumber" WHERE "extensionId" = NEW."id";
END;
