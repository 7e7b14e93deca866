import { Shield, ShieldAlert, ShieldCheck } from 'lucide-react';

/** A shield says who it is and how sure that is, never whether it can be read. Unknown is never drawn as good. */
export const trustSigns = {
  unchecked: { icon: Shield, look: 'text-muted' },
  checked: { icon: ShieldCheck, look: 'text-ok' },
  changed: { icon: ShieldAlert, look: 'text-danger' },
  doubtful: { icon: ShieldAlert, look: 'text-danger' },
} as const;
