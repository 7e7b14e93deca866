/** One-time codes and the sealed backup of a second factor, by themselves: few people need them at start. */
export { parseTotpSecret, totpCode, totpStep } from './second-factor/totp.ts';
export {
  openSecondFactorWithRecoveryKey,
  openSecondFactorWithVault,
  sealSecondFactor,
  type SealedSecondFactor,
  type SecondFactor,
} from './second-factor/backup.ts';
