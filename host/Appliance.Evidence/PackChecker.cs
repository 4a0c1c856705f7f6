using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>
/// Checks an evidence pack with the keys that its reader brings along, and nothing else: no network, no clock, no
/// store. Each check says what it is worth and how it came out; the order is that of EVIDENCE.md.
/// </summary>
public static class PackChecker
{
    /// <summary>What no pack shows, whatever holds.</summary>
    public static IReadOnlyList<string> NotShown { get; } =
    [
        "a line is not a person: who sat behind it is for other evidence",
        "devices that shared the line: a phone's tethering, a home router with its own address translation, open Wi-Fi",
        "a relay in between: with a VPN, a proxy or an infected computer the line is the last hop, not the author",
        "that nothing was withheld: the store attests what it searched, and the batches' numbers show what is missing",
        "what was said: no content is recorded",
    ];

    /// <summary>Checks the bytes of a pack.</summary>
    public static PackReport Run(ReadOnlyMemory<byte> archive, Pins pins) => Run(archive, pins, out _);

    /// <summary>The same, with what was read of it.</summary>
    internal static PackReport Run(ReadOnlyMemory<byte> archive, Pins pins, out PackState state)
    {
        bool isRead = PackArchive.TryRead(archive, out SortedDictionary<string, byte[]> files, out string problem);
        state = new PackState(files, pins);
        foreach (PackCheck check in PackCheck.All)
        {
            state.Check(check, isRead ? "" : problem);
            if (state.Checks[0].Result != CheckResult.Pass)
            {
                break;
            }
        }

        return new PackReport(state.Checks, state.Rows, NotShown);
    }

    /// <summary>Every file is there, and no other.</summary>
    internal static Outcome Complete(IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (string name in PackNames.Required)
        {
            if (!files.ContainsKey(name))
            {
                return Outcome.Fail($"{name} is missing");
            }
        }

        foreach (string name in files.Keys)
        {
            if (!PackNames.Required.Contains(name) && !PackNames.Optional.Contains(name))
            {
                return Outcome.Fail($"{name} is no part of a pack");
            }
        }

        return Outcome.Pass($"{files.Count} files");
    }

    /// <summary>The pinned log sealed exactly these files.</summary>
    internal static Outcome Seal(PackState state)
    {
        Refusal refusal = PackSeal.TryVerify(state.Files[PackNames.Seal], state.Pins.LogKey, out PackSeal? seal);
        if (refusal != Refusal.None || seal!.Log != state.Pins.Log)
        {
            return Outcome.Fail($"the seal is not of the pinned log: {refusal.Sentence()}");
        }

        if (seal.Files.Count != state.Files.Count - 1)
        {
            return Outcome.Fail($"the seal names {seal.Files.Count} files and there are {state.Files.Count - 1}");
        }

        foreach (PackedFile file in seal.Files)
        {
            if (!state.Files.TryGetValue(file.Name, out byte[]? bytes) || Hash32.Of(bytes) != file.Digest)
            {
                return Outcome.Fail($"{file.Name} is not the one that was sealed");
            }
        }

        state.Seal = seal;
        return Outcome.Pass($"request {seal.Request}, question {seal.Question}, made {Times.Utc(seal.UtcUs)}");
    }
}
