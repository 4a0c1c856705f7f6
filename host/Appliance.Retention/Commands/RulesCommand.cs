using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Wire;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Retention.Commands;

/// <summary>
/// <c>retention rules</c>: operator and custodian confirm the rules of a State as they stand, on a lawyer's word. A
/// live gate stays shut for a State without that, and shuts again when its rules change.
/// </summary>
internal static class RulesCommand
{
    public static Command Create(TimeProvider? clock = null)
    {
        TimeProvider time = clock ?? TimeProvider.System;
        var paper = new TwoStepPaper(SignedType.Rules, OrderLaw.Ending, Describe, time);
        return new Command("rules", "the law as data: which State's rules were confirmed as they stand")
        {
            Confirm(paper, time), paper.Sign(), paper.Add(store => store.Rules, warden => warden.Rules),
        };
    }

    private static Command Confirm(TwoStepPaper paper, TimeProvider clock)
    {
        Argument<string> state = new("STATE") { Description = "State, by its letters: GB" };
        Option<string> by = new("--by") { Description = "who confirmed the rules, in words", Required = true };
        Option<string> key = new("--key") { Description = "key file of operator or custodian", Required = true };
        Option<string> made = new("--out") { Description = "file for the other to sign", Required = true };
        Command confirm = new("confirm", "sign, as the first of two, that the rules of a State were confirmed")
        {
            state, by, key, made,
        };
        confirm.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            string name = parsed.GetValue(state)!;
            if (RuleBook.BuiltIn.Find(name) is null)
            {
                throw new ArchiveException($"there are no rules of {name}; states are named as in a request: GB");
            }

            var confirmation = new RulesConfirmation(
                name,
                Hash32.FromBytes(Convert.FromHexString(RuleBook.BuiltIn.HashOf(name))),
                UtcClock.Now(clock),
                parsed.GetValue(by)!);
            return paper.First(
                confirmation.Encode(),
                parsed.GetValue(key)!,
                parsed.GetValue(made)!,
                parsed.InvocationConfiguration.Output);
        }));
        return confirm;
    }

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload) =>
        RulesConfirmation.TryDecode(payload, out RulesConfirmation? said) == Refusal.None
            ? ($"the rules of {said!.Jurisdiction} with the hash {said.Rules} are confirmed by {said.By}",
                $"{said.Jurisdiction}-{said.UtcUs}")
            : null;
}
