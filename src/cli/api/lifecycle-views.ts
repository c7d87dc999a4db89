/** What the API answers about users who come and go, as far as commands show it. */
export interface UserName {
  id: string;
  username: string;
}

export interface LifecycleReport {
  id: string;
  username: string;
  action: 'disable' | 'enable' | 'delete' | 'restore';
  state: 'working' | 'done' | 'failed';
  actor: string;
  createdAt: string;
  steps: { name: string; state: 'waiting' | 'done' | 'left'; detail: string }[];
}

export interface ScheduledAction {
  id: string;
  username: string;
  action: string;
  at: string;
  actor: string;
}

export interface DeletedUser extends UserName {
  deletedAt: string;
  purgeAt: string;
}

export interface Reported {
  reportId: string | null;
}
