// What a client may do, in the words of the FBP protocol: all of it with the secret, without it look and follow.

export const WITHOUT_SECRET: readonly string[] = [
  'protocol:runtime',
  'graph:readonly',
  'network:status',
  'protocol:component',
];

export const ALL_CAPABILITIES: readonly string[] = [
  ...WITHOUT_SECRET,
  'protocol:graph',
  'protocol:network',
  'network:data',
  'network:control',
  'network:persist',
  'component:getsource',
  'protocol:trace',
];
