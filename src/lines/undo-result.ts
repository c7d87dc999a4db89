/** Whether an extension could be taken back, and why not. */
export interface UndoResult {
  extensionId: string;
  ok: boolean;
  reason?: string;
}
