-- AlterTable
ALTER TABLE "SipAccount" ADD COLUMN "adoption" TEXT;

-- CreateIndex
CREATE INDEX "SipAccount_adoption_idx" ON "SipAccount"("adoption");
