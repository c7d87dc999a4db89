-- CreateTable
CREATE TABLE "SavedFilter" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "companyId" TEXT NOT NULL,
    "userId" TEXT,
    "list" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "columns" TEXT,
    "isShared" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "SavedFilter_companyId_fkey" FOREIGN KEY ("companyId") REFERENCES "Company" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SavedFilter_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ListChoice" (
    "userId" TEXT NOT NULL,
    "list" TEXT NOT NULL,
    "columns" TEXT NOT NULL,
    "sort" TEXT NOT NULL,
    "limit" INTEGER NOT NULL,

    PRIMARY KEY ("userId", "list"),
    CONSTRAINT "ListChoice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "SavedFilter_userId_idx" ON "SavedFilter"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "SavedFilter_companyId_list_userId_name_key" ON "SavedFilter"("companyId", "list", "userId", "name");

-- A filter of nobody that nobody else sees is of no use.
CREATE TRIGGER "SavedFilter_orphan" AFTER UPDATE OF "userId" ON "SavedFilter" WHEN NEW."userId" IS NULL AND NOT NEW."isShared" BEGIN
  DELETE FROM "SavedFilter" WHERE "id" = NEW."id";
END;
