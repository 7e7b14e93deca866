import { ClientError } from '../client-error.ts';
import type { DevicesClient, LinkState } from '../facade.ts';
import type { AskingSide } from '../link/asking-side.ts';
import { leave } from '../account/session-flow.ts';
import type { CommandKit } from './command-kit.ts';

type LinkCommands = Pick<
  DevicesClient,
  'startLink' | 'confirmLink' | 'cancelLink' | 'answerLink' | 'approveLink' | 'declineLink'
>;

/** Letting devices in and being let in: their part of the facade. */
export function createLinkCommands(kit: CommandKit): LinkCommands {
  const { core } = kit;
  const { session } = core;
  let asking: AskingSide | null = null;
  /** The account is being opened by `asking`: too late to cancel, and the end of the phase is its doing. */
  let entering = false;

  function show(link: LinkState | null): void {
    const state = session.getSnapshot();
    if (state.phase === 'newDevice') session.set({ ...state, link });
  }

  // Opened with the chat password meanwhile, signed out, closed: nobody is being let in any more.
  session.subscribe(() => {
    if (!asking || entering || session.getSnapshot().phase === 'newDevice') return;
    const ended = asking;
    asking = null;
    ended.cancel();
  });

  function current(): AskingSide {
    kit.assertPhase('newDevice');
    if (!asking) throw new ClientError('conflict');
    return asking;
  }

  async function start(): Promise<void> {
    kit.assertPhase('newDevice');
    const resident = kit.signedIn();
    asking?.cancel();
    asking = null;
    show(null);
    const [{ startAsking }, { joinAccount }] = await Promise.all([
      import('../link/asking-side.ts'),
      import('../link/join-account.ts'),
    ]);
    const begun = await startAsking({
      platform: core.platform,
      http: core.http,
      userId: resident.userId,
      show: (state) => {
        if (core.resident === resident) show(state);
      },
      join: (linked) =>
        kit.step(async () => {
          kit.assertPhase('newDevice');
          if (core.resident !== resident) throw new ClientError('signed_out');
          entering = true;
          try {
            const { onEnded } = kit;
            await kit.inSession(() => joinAccount({ core, resident, linked, onEnded }));
            asking = null;
          } finally {
            entering = false;
          }
          kit.begun();
        }),
      onSessionEnded: () => {
        void kit.step(() => leave(core, 'session_ended')).catch(() => undefined);
      },
    });
    if (session.getSnapshot().phase === 'newDevice') asking = begun;
    else begun.cancel();
  }

  return {
    startLink: () => kit.step(() => kit.inSession(start)),
    confirmLink: () =>
      kit.guarded(async () => {
        current().confirm();
      }),
    cancelLink: () =>
      kit.guarded(async () => {
        if (entering) throw new ClientError('conflict');
        asking?.cancel();
        asking = null;
        show(null);
      }),
    answerLink: (input) => kit.guarded(() => kit.opened().runtime.links.answer(input)),
    approveLink: ({ linkId }) => kit.guarded(() => kit.opened().runtime.links.approve(linkId)),
    declineLink: ({ linkId }) => kit.guarded(() => kit.opened().runtime.links.decline(linkId)),
  };
}
