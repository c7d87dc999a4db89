/** 1 session, 2 sessions */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** 2 numbers become, 1 number becomes */
export function verb(n: number, one: string, many: string): string {
  return n === 1 ? one : many;
}
