using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>Whose batches they are, that each is as the device signed it, and what of the period is missing.</summary>
internal static class DeviceChecks
{
    public static Outcome Devices(PackState state)
    {
        if (state.List(PackNames.Vouchers) is not { } vouchers)
        {
            return Outcome.Fail($"the vouchers cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in vouchers)
        {
            Refusal refusal = DeviceVoucher.TryVerify(bytes, state.Pins.Control, out DeviceVoucher? voucher);
            if (refusal != Refusal.None)
            {
                return Outcome.Fail($"a voucher of a device cannot be relied on: {refusal.Sentence()}");
            }

            if (state.Devices.TryGetValue(voucher!.Device, out var known) && known.Voucher!.Number >= voucher.Number)
            {
                return Outcome.Fail($"the vouchers of device {voucher.Device} are not in their order");
            }

            state.Devices[voucher.Device] = (voucher.Key, voucher);
        }

        foreach ((Id16 device, PublicKey key) in state.Pins.Devices)
        {
            if (state.Devices.TryGetValue(device, out var vouched) && !vouched.Key.IsSame(key))
            {
                return Outcome.Fail($"device {device} is vouched for with another key than the pinned one");
            }

            state.Devices[device] = (key, vouched.Voucher);
        }

        return state.Devices.Count == 0
            ? Outcome.Open("no voucher is in the pack, and no device's key was given")
            : Outcome.Pass($"{string.Join("; ", state.Devices.Select(pair => Words(pair.Key, pair.Value.Voucher)))}");
    }

    public static Outcome Epochs(PackState state)
    {
        if (state.List(PackNames.Statements) is not { } statements)
        {
            return Outcome.Fail($"the epoch statements cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in statements)
        {
            CertifiedEpoch? epoch = null;
            foreach ((Id16 device, (PublicKey key, _)) in state.Devices)
            {
                if (CertifiedEpoch.TryVerify(
                    bytes, key, new ReaderRules(device, default, int.MaxValue), out epoch) == Refusal.None)
                {
                    break;
                }
            }

            if (epoch is null)
            {
                return Outcome.Fail($"an epoch statement is not signed by a device that is vouched for");
            }

            state.Epochs[epoch.Key.Kid] = (epoch, epoch.Statement.Device);
        }

        return Outcome.Pass($"{state.Epochs.Count} runs of {state.Devices.Count} devices");
    }

    public static Outcome Manifests(PackState state)
    {
        if (state.Epochs.Count == 0)
        {
            return Outcome.Open("there is no epoch statement to check them with");
        }

        if (state.List(PackNames.Manifests) is not { } manifests)
        {
            return Outcome.Fail($"the manifests cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in manifests)
        {
            if (SignedObject.TryRead(SignedType.Batch, bytes, out SignedObject? signed) != Refusal.None
                || !state.Epochs.TryGetValue(signed!.Kid, out (CertifiedEpoch Epoch, Id16 Device) found))
            {
                return Outcome.Fail($"a manifest is of no run that a device began");
            }

            Refusal refusal = BatchCheck.TryVerifyManifest(
                bytes, _ => found.Epoch, new ReaderRules(found.Device, default, int.MaxValue),
                out VerifiedManifest? header);
            if (refusal != Refusal.None || !state.Manifests.TryAdd(header!.Id, header))
            {
                return Outcome.Fail($"a manifest cannot be relied on: {refusal.Sentence()}");
            }
        }

        return Linked(state);
    }

    /// <summary>Heads that the device signed: a batch of the same place is the very one.</summary>
    public static Outcome Heads(PackState state)
    {
        if (state.List(PackNames.Heads) is not { } heads)
        {
            return Outcome.Fail($"the heads cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in heads)
        {
            Checkpoint? head = null;
            foreach ((Id16 device, (PublicKey key, _)) in state.Devices)
            {
                if (Checkpoint.TryVerify(
                    bytes, key, new ReaderRules(device, default, int.MaxValue), out head) == Refusal.None)
                {
                    break;
                }
            }

            if (head is null)
            {
                return Outcome.Fail($"a head is not signed by a device that is vouched for");
            }

            foreach (VerifiedManifest header in state.Manifests.Values)
            {
                if (header.Manifest.Epoch == head.Head.Epoch
                    && header.Manifest.Sequence == head.Head.Sequence && header.Id != head.Head.Id)
                {
                    return Outcome.Fail($"the device signed another batch for the place of one in the pack");
                }
            }
        }

        return heads.Length > 0 ? Outcome.Pass($"{heads.Length} heads") : Outcome.Open("the pack has no head of a run");
    }

    /// <summary>Nothing that a device signed after its revocation counts.</summary>
    public static Outcome Revocation(PackState state)
    {
        int vouched = 0;
        foreach (VerifiedManifest header in state.Manifests.Values)
        {
            if (state.Devices[header.Manifest.Device].Voucher is not { } voucher)
            {
                continue;
            }

            ulong written = (ulong)Math.Max(0, LeapSeconds.ToUtc(header.Manifest.Last));
            if (written < voucher.FromUtcUs || written >= voucher.UntilUtcUs || written >= voucher.RevokedUtcUs)
            {
                return Outcome.Fail(
                    $"batch {header.Id} was written at {Times.Utc(written)}, when its device was not to be believed");
            }

            vouched++;
        }

        return vouched == state.Manifests.Count
            ? Outcome.Pass($"{vouched} batches, each written while its device was in good standing")
            : Outcome.Open("operator and custodian vouched for no device: its revocation is not known here");
    }

    /// <summary>Whether the manifests bear out what the answer says of its own completeness.</summary>
    public static Outcome Period(PackState state)
    {
        PackQuestion question = state.Question!;
        if (state.Answer is not { } answer || state.Manifests.Count == 0)
        {
            return Outcome.Open("the answer cannot be read, or there is no manifest");
        }

        var findings = new List<string>();
        foreach (IGrouping<Id16, Manifest> device in state.Manifests.Values.Select(header => header.Manifest)
            .GroupBy(manifest => manifest.Device))
        {
            Find(device.Key, [.. device], question, findings);
        }

        if (answer.IsCovered && findings.Count > 0)
        {
            return Outcome.Fail($"the answer says that nothing is missing, and {findings[0]}");
        }

        return findings.Count == 0
            ? Outcome.Pass($"no batch is missing and no gap is signed between begin and end of the question")
            : Outcome.Pass($"the answer says so too: {string.Join("; ", findings.Take(8))}");
    }

    private static Outcome Linked(PackState state)
    {
        Manifest? before = null;
        Hash32 idBefore = default;
        foreach (VerifiedManifest header in state.Manifests.Values.OrderBy(one => one.Manifest.Device.ToString())
            .ThenBy(one => one.Manifest.Epoch.Number).ThenBy(one => one.Manifest.Sequence))
        {
            Manifest manifest = header.Manifest;
            bool isSameRun = before is not null && before.Device == manifest.Device && before.Epoch == manifest.Epoch;
            if (isSameRun && before!.Sequence == manifest.Sequence)
            {
                return Outcome.Fail($"the device signed two batches for the place of batch {header.Id}");
            }

            bool follows = isSameRun && before!.Sequence + 1 == manifest.Sequence;
            Hash32? wanted = follows ? idBefore : manifest.Sequence == 0 ? StatementOf(state, manifest) : null;
            if (wanted is { } previous && manifest.Previous != previous)
            {
                return Outcome.Fail($"batch {header.Id} does not name the one before it");
            }

            (before, idBefore) = (manifest, header.Id);
        }

        return Outcome.Pass($"{state.Manifests.Count} manifests, each naming the one before it");
    }

    private static Hash32? StatementOf(PackState state, Manifest manifest)
    {
        foreach ((CertifiedEpoch epoch, Id16 device) in state.Epochs.Values)
        {
            if (device == manifest.Device && epoch.Statement.Epoch == manifest.Epoch)
            {
                return epoch.Id;
            }
        }

        return null;
    }

    private static void Find(Id16 device, Manifest[] manifests, PackQuestion question, List<string> findings)
    {
        Array.Sort(manifests, static (left, right) =>
            (left.Epoch.Number, left.Sequence).CompareTo((right.Epoch.Number, right.Sequence)));
        if (manifests.Min(one => one.First) > question.From || manifests.Max(one => one.Last) < question.To)
        {
            findings.Add($"the batches of device {device} do not span the time asked for");
        }

        for (int i = 0; i < manifests.Length; i++)
        {
            Manifest manifest = manifests[i];
            foreach (ManifestGap gap in manifest.Gaps)
            {
                if (gap.From <= question.To && question.From <= gap.To)
                {
                    findings.Add($"device {device} signed a gap from {Times.Of(gap.From)} to {Times.Of(gap.To)}");
                }
            }

            Manifest? before = i > 0 ? manifests[i - 1] : null;
            bool follows = before is null || (before.Epoch == manifest.Epoch
                ? before.Sequence + 1 == manifest.Sequence
                : manifest.Sequence == 0);
            bool touches = before is not null && before.Last <= question.To && question.From <= manifest.First;
            if (!follows && touches)
            {
                findings.Add($"batches of device {device} are missing before number {manifest.Sequence}");
            }
        }
    }

    private static string Words(Id16 device, DeviceVoucher? voucher) => voucher switch
    {
        null => $"{device}, pinned",
        { RevokedUtcUs: { } revoked } => $"{device}, revoked from {Times.Utc(revoked)} on: {voucher.Reason}",
        _ => $"{device}, vouched for until {Times.Utc(voucher.UntilUtcUs)}, not revoked",
    };
}
