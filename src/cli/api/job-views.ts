import type { DryRun, JobProgress } from './views.ts';

/** What the API answers of jobs and mass actions, as far as commands show it. */
export interface Job extends JobProgress {
  type: 'import' | 'action';
  kind: string;
  companyId: string;
  actor: string;
  pause: { because: 'operator' | 'canary' | 'errors' | 'rights'; reason: string } | null;
  limits: { canary?: number; maxErrorShare?: number; rowsPerSecond?: number };
  canUndo: boolean;
}

export interface JobRow {
  line: number;
  result: string;
  name: string | null;
  errors: { column: string; code: string; message: string }[];
}

/** JSON Schema (draft 2020-12), as far as parameters of actions use it. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export interface MassAction {
  name: string;
  on: 'users' | 'deleted-users' | 'extensions';
  title: string;
  needs: string;
  canUndo: boolean;
  params: JsonSchema;
}

export interface Preview {
  count: number;
  tried: number;
  updated: number;
  unchanged: number;
  failed: number;
  sample: {
    id: string;
    name: string;
    result: string;
    changes: Record<string, unknown> | null;
    errors: { column: string; code: string; message: string }[];
  }[];
  plan: DryRun['summary']['plan'] & { sample: { op: string; ref: string }[] };
  token: string;
}

export interface JobDryRun extends DryRun {
  job: Job;
}
