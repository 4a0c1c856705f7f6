using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>The disclosed records: in the batches that were signed, and what the answer says of them.</summary>
internal static class RecordChecks
{
    private const uint NoBound = uint.MaxValue;

    /// <summary>The answer is the one that was logged as delivered: nobody altered it afterwards.</summary>
    public static Outcome Answer(PackState state)
    {
        if (state.Answer is null)
        {
            return Outcome.Fail($"the answer cannot be read");
        }

        var digest = Hash32.Of(state.Files[PackNames.Answer]);
        foreach ((ulong index, (LogEntry entry, EntryProof proof)) in state.Entries)
        {
            if (entry.Kind == LogKind.Delivery
                && SearchStatement.TryReadAnswer(proof.Content, out Hash32 delivered) == Refusal.None
                && delivered == digest)
            {
                return Outcome.Pass($"{string.Join("; ", state.Answer.Words)}, delivered by entry {index}");
            }
        }

        return Outcome.Fail($"no delivery in the log is of this answer");
    }

    /// <summary>What the store says it searched: it signed that, and could have left something out.</summary>
    public static Outcome Search(PackState state)
    {
        if (state.Pins.StoreKey is not { } key)
        {
            return Outcome.Open("no store's key was given");
        }

        foreach ((_, (LogEntry entry, EntryProof proof)) in state.Entries)
        {
            if (entry.Kind != LogKind.Delivery)
            {
                continue;
            }

            if (SearchStatement.TryVerify(proof.Content, key, out SearchStatement? search) != Refusal.None
                || search!.Store != state.Pins.Store || search.Request != state.Request?.Id
                || search.QuestionIndex != state.Seal?.Question)
            {
                return Outcome.Fail($"the search statement is not of the pinned store for this question");
            }

            return Outcome.Pass(
                $"{search.Touching} batches touch the time, {search.Opened} were opened, {search.Missing.Count} gaps");
        }

        return Outcome.Fail($"there is no search statement");
    }

    public static Outcome Proofs(PackState state)
    {
        if (state.List(PackNames.Records) is not { } list)
        {
            return Outcome.Fail($"the records cannot be read");
        }

        foreach (ReadOnlyMemory<byte> bytes in list)
        {
            if (BatchOf(bytes) is not { } id || !state.Manifests.TryGetValue(id, out VerifiedManifest? header))
            {
                return Outcome.Fail($"a record is of a batch whose manifest is not here");
            }

            Refusal refusal = RecordProof.TryVerify(bytes, header, out RecordProof? proof);
            if (refusal != Refusal.None
                || DisclosedRow.TryRead(id, proof!.Row, proof.Canonical) is not { } row || row.Section != proof.Section)
            {
                return Outcome.Fail($"a record is not in its batch: {refusal.Sentence()}");
            }

            Manifest manifest = header.Manifest;
            state.Rows.Add(row with
            {
                Device = manifest.Device.ToString(),
                Place = FormattableString.Invariant($"{manifest.Epoch.Number}-{manifest.Sequence}-{row.Row}"),
            });
        }

        return Outcome.Pass($"{state.Rows.Count} records, each in the batch that its device signed");
    }

    /// <summary>Only what the wardens released, and of the sections that the question reaches.</summary>
    public static Outcome Sections(PackState state)
    {
        PackQuestion question = state.Question!;
        bool isOwn = state.Request?.Purpose == PackQuestion.OwnPurpose;
        foreach (DisclosedRow row in state.Rows)
        {
            if (!state.Released.Contains(new ReleasedSection(row.Batch, row.Section)))
            {
                return Outcome.Fail($"a record is of a section that no warden released");
            }

            if (row.Section != SectionPlain.AttributionNumber && !question.NeedsContact)
            {
                return Outcome.Fail($"a record tells what was contacted, and the question does not reach that");
            }

            if (row.Section != SectionPlain.AttributionNumber && isOwn && IsOtherCustomer(state, row))
            {
                return Outcome.Fail($"a record tells whom of the network's customers the person contacted");
            }
        }

        return Outcome.Pass($"every disclosed record was released in the log first");
    }

    private static bool IsOtherCustomer(PackState state, DisclosedRow contact) => state.Rows.Exists(row =>
        row.Section == SectionPlain.AttributionNumber && row.Device == contact.Device && row.Place == contact.Place
        && row.Translation is Translation.Hairpin or Translation.OnNet);

    /// <summary>Each record that the answer names is proven and says the same, and there is no other.</summary>
    public static Outcome Claims(PackState state)
    {
        if (state.Answer is not { } answer)
        {
            return Outcome.Open("the answer cannot be read");
        }

        if (state.Request is { } request && answer.Lines.Count > request.Candidates)
        {
            return Outcome.Fail($"the answer names {answer.Lines.Count} lines, the order {request.Candidates}");
        }

        int used = 0;
        if (PackCorrections.Read(state) is not { } corrections)
        {
            return Outcome.Fail($"a correction of a line is not signed by operator and custodian");
        }

        foreach (ClaimedRecord claim in answer.Records)
        {
            DisclosedRow? row = Find(state, claim, SectionPlain.AttributionNumber);
            if (row is not null && Holds(() => corrections.IsStale(claim, row)))
            {
                return Outcome.Fail(
                    $"the time of record {claim.Place} was taken back by its clock after the answer: ask again");
            }

            if (row is not null && row.Kind == claim.Kind && !PackLines.Agrees(state, claim, row, corrections))
            {
                return PackLines.IsRecorded(state, claim, row)
                    ? Outcome.Fail($"the line of record {claim.Place} was corrected after the answer: ask again")
                    : Outcome.Fail($"record {claim.Place} does not bear out the line of the answer");
            }

            if (row is null || row.Kind != claim.Kind || !Holds(() => Agrees(claim, row, corrections)))
            {
                return Outcome.Fail($"record {claim.Place} is not proven, or says something else than the answer");
            }

            used++;
            if (claim.HasContact)
            {
                DisclosedRow? contact = Find(state, claim, SectionPlain.ContactNumber);
                if (contact is null || !Holds(() => AgreesOnContact(claim, contact)))
                {
                    return Outcome.Fail($"what record {claim.Place} contacted is not proven");
                }

                used++;
            }
        }

        return used == state.Rows.Count
            ? LinesAreNamed(state, answer, corrections)
            : Outcome.Fail($"the pack has {state.Rows.Count} records and the answer relies on {used}");
    }

    /// <summary>Bounds of the records' times, against the clock that the manifests tell.</summary>
    public static Outcome Clock(PackState state)
    {
        uint worst = 0;
        PackCorrections? corrections = PackCorrections.Read(state);
        foreach (DisclosedRow row in state.Rows)
        {
            if (row is { Section: SectionPlain.AttributionNumber, Kind: RecordKind.Flow })
            {
                uint stated = state.Manifests[row.Batch].Manifest.Clock.WorstBoundUs;
                if (row.BoundUs > stated)
                {
                    return Outcome.Fail(
                        $"record {row.Place} has a bound of {row.BoundUs} µs, and its batch states {stated} at worst");
                }

                worst = Math.Max(worst, (corrections is null ? row.BoundUs : corrections.BoundOf(row)) ?? NoBound);
            }
        }

        return worst switch
        {
            0 when state.Rows.Count == 0 => Outcome.Pass($"no record, no time"),
            NoBound => Outcome.Open("a record has no bound: its clock was not vouched for by anything"),
            _ => Outcome.Pass($"each time of a flow is right to within {worst} microseconds, as its device reports"),
        };
    }

    private static Outcome LinesAreNamed(PackState state, AnswerClaims answer, PackCorrections corrections)
    {
        foreach (ClaimedRecord claim in answer.Records)
        {
            bool isNamed = !claim.MustName || claim.Line.Length == 0
                || state.Rows.Exists(row => row.Subscriber == claim.Line) || corrections.Names(claim.Line);
            if (!isNamed)
            {
                return Outcome.Fail($"no record says that the line is {claim.Line}");
            }
        }

        return Outcome.Pass($"{answer.Records.Count} records behind the answer, {answer.Lines.Count} lines named");
    }

    // A value of the answer may be of another kind than it should be, or no text: then it says something else.
    private static bool Holds(Func<bool> agrees)
    {
        try
        {
            return agrees();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static DisclosedRow? Find(PackState state, ClaimedRecord claim, byte section) => state.Rows.Find(row =>
        row.Device == claim.Device && row.Place == claim.Place && row.Section == section);

    private static bool Agrees(ClaimedRecord claim, DisclosedRow row, PackCorrections corrections)
    {
        JsonElement said = claim.Said;
        bool isTime = Is(said, "start", row.Start) && (row.Kind != RecordKind.Flow || Is(said, "last", row.Last));
        return isTime && row.Kind switch
        {
            RecordKind.Flow => (claim.Inside.Length == 0 || row.Inside.ToString() == claim.Inside)
                && Is(said, "pub_ip", row.Public.ToString()) && Is(said, "pub_port", row.PublicPort)
                && Is(said, "sub_ip", row.Inside.ToString()) && Is(said, "sub_port", row.InsidePort)
                && Is(said, "bound_us", corrections.BoundOf(row))
                && (IsNull(said, "recorded_bound_us") || Is(said, "recorded_bound_us", row.BoundUs))
                && Is(said, "evidence_bits", row.EvidenceBits)
                && Is(said, "candidates", row.Candidates),
            RecordKind.Session => Is(said, "subscriber", row.Subscriber)
                && Is(said, "address_or_prefix", FormattableString.Invariant($"{row.Inside}/{row.PrefixLength}")),
            _ => Is(said, "pub_ip", row.Public.ToString()) && Is(said, "port_first", row.PublicPort)
                && Is(said, "port_last", row.PortLast),
        };
    }

    private static bool AgreesOnContact(ClaimedRecord claim, DisclosedRow row) =>
        Is(claim.Said, "rem_ip", row.Remote.ToString()) && Is(claim.Said, "rem_port", row.RemotePort)
        && Is(claim.Said, "service", row.Service);

    // What an answer leaves out it does not claim; what it says must be so.
    private static bool Is(JsonElement said, string name, string wanted) =>
        !said.TryGetProperty(name, out JsonElement value) || (value.GetString() ?? "") == wanted;

    private static bool IsNull(JsonElement said, string name) =>
        !said.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null;

    private static bool Is(JsonElement said, string name, uint? wanted) =>
        !said.TryGetProperty(name, out JsonElement value)
        || (value.ValueKind == JsonValueKind.Null ? wanted is null : value.GetUInt32() == wanted);

    private static bool Is(JsonElement said, string name, TaiTime wanted) =>
        !said.TryGetProperty(name, out JsonElement value)
        || (value.ValueKind == JsonValueKind.String
            && AnswerClaims.UtcUs(value.GetString()!) == LeapSeconds.ToUtc(wanted));

    private static Hash32? BatchOf(ReadOnlyMemory<byte> proof)
    {
        if (CborStrict.TryRead(proof, Wire.Limits.SignedObjectBytesMax, out CborItem? item) != Refusal.None
            || item is not { Kind: CborKind.Array, Items: [{ Kind: CborKind.Bytes, Bytes.Length: Hash32.Size }, ..] })
        {
            return null;
        }

        return Hash32.FromBytes(item.Items[0].Bytes.Span);
    }
}
