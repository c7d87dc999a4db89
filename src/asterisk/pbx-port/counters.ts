/** What was sent to the PBX since the port was made; for metrics and benchmarks. */
export interface PbxCounters {
  puts: number;
  dels: number;
  gets: number;
  trees: number;
  configReads: number;
  configWrites: number;
  voicemailReloads: number;
  dialplanReloads: number;
  /** Always 0: nothing here can send one. It is shown so that it can be seen. */
  pjsipReloads: 0;
}

export function createCounters(): PbxCounters {
  return {
    puts: 0,
    dels: 0,
    gets: 0,
    trees: 0,
    configReads: 0,
    configWrites: 0,
    voicemailReloads: 0,
    dialplanReloads: 0,
    pjsipReloads: 0,
  };
}
