using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Appliance.Wire;

/// <summary>What a device seals under, fixed for the epoch.</summary>
/// <param name="Notice">Retention notice in force.</param>
/// <param name="PolicyHash">SHA-256 of the policy that decided what may exist in the rows.</param>
/// <param name="LastControl">Number of the last control message that took effect; 0 for none.</param>
/// <param name="Schedule">Day keys of the recipients.</param>
public sealed record SealingPolicy(Id16 Notice, Hash32 PolicyHash, ulong LastControl, KeySchedule Schedule);

/// <summary>A batch ready to be written: its bytes, its id and what its manifest says.</summary>
/// <param name="Bytes">The whole batch.</param>
/// <param name="Id">id(obj("batch")): what a receipt names.</param>
/// <param name="Sequence">Number in the epoch.</param>
/// <param name="Manifest">The signed part.</param>
/// <param name="KeysExhausted">The key schedule has no keys of this day: raise an alarm.</param>
public sealed record SealedBatch(
    ReadOnlyMemory<byte> Bytes, Hash32 Id, uint Sequence, Manifest Manifest, bool KeysExhausted);

/// <summary>
/// Makes the batches of one epoch: seals, signs and chains them. Holds the epoch's key and secret, in memory only, and
/// the head of the chain. The keys of a batch are cleared before <see cref="Seal"/> returns; after that nothing on the
/// box opens the batch. One thread.
/// </summary>
public sealed class BatchSealer : IDisposable
{
    private readonly Id16 device;
    private readonly EpochRef epoch;
    private readonly SigningKey epochKey;
    private readonly RandomSource random;
    private readonly byte[] epochSecret = GC.AllocateArray<byte>(SectionSecrets.KeySize, pinned: true);
    private readonly SectionSealer sectionSealer = new();
    private SealingPolicy policy;

    internal BatchSealer(
        Id16 device, EpochRef epoch, Hash32 statementId, SigningKey epochKey, SealingPolicy policy, RandomSource random)
    {
        this.device = device;
        this.epoch = epoch;
        this.epochKey = epochKey;
        this.policy = policy;
        this.random = random;
        Head = statementId;
        random(epochSecret);
    }

    /// <summary>Number of the next batch.</summary>
    public uint NextSequence { get; private set; }

    /// <summary>Id of the last batch, or of the epoch statement before the first.</summary>
    public Hash32 Head { get; private set; }

    /// <summary>
    /// Seals one batch and advances the chain. The caller writes the bytes or ends the process: a batch that was
    /// sealed and dropped is a gap in the chain for good.
    /// </summary>
    /// <param name="day">UTC days since 1970; a batch never spans midnight.</param>
    /// <param name="first">Earliest time in the rows.</param>
    /// <param name="last">Latest time in the rows.</param>
    /// <param name="sections">0 to 2 sections in ascending order, with the same number of rows each.</param>
    /// <param name="counters">By <see cref="Counter"/>, cumulative in the epoch.</param>
    /// <param name="gaps">Gaps since the last batch.</param>
    /// <param name="clock">Clock of the batch.</param>
    /// <param name="events">Events since the last batch.</param>
    /// <exception cref="ArgumentException">An argument is beyond <see cref="Limits"/> or contradicts
    /// another.</exception>
    public SealedBatch Seal(
        int day,
        TaiTime first,
        TaiTime last,
        ReadOnlySpan<SectionPlain> sections,
        ReadOnlySpan<ulong> counters,
        IReadOnlyList<ManifestGap> gaps,
        ClockSummary clock,
        IReadOnlyList<ManifestEvent> events)
    {
        var draft = new Manifest
        {
            Device = device,
            Epoch = epoch,
            Sequence = NextSequence,
            Previous = Head,
            Notice = policy.Notice,
            PolicyHash = policy.PolicyHash,
            KeyScheduleHash = policy.Schedule.Hash,
            Day = day,
            First = first,
            Last = last,
            Rows = sections.Length == 0 ? 0 : sections[0].Rows.Count,
            LastControl = policy.LastControl,
            Sections = [],
            RecipientsHash = default,
            Counters = counters.ToArray(),
            Gaps = gaps,
            Clock = clock,
            Events = events,
        };
        CheckArguments(draft, sections);
        return Sign(SealSections(draft, sections, out SealedSections parts), parts);
    }

    /// <summary>Takes another policy or key schedule into use from the next batch on.</summary>
    public void Use(SealingPolicy next) => policy = next;

    /// <summary>Clears the epoch's secret and key.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(epochSecret);
        epochKey.Dispose();
    }

    private static void CheckArguments(Manifest draft, ReadOnlySpan<SectionPlain> sections)
    {
        int before = 0;
        foreach (SectionPlain section in sections)
        {
            Check(section.Number > before && section.Number <= SectionPlain.ContactNumber, "sections out of order");
            Check(section.Rows.Count == draft.Rows, "sections differ in their rows");
            before = section.Number;
        }

        Check(draft.Rows <= Limits.BatchRowsMax, "too many rows");
        Check(draft.First <= draft.Last && draft.First.Microseconds >= 0, "times out of order");
        Check(draft.Day >= 0, "day before 1970");
        Check(draft.Counters.Count <= Limits.CountersMax, "too many counters");
        Check(draft.Gaps.Count <= Limits.GapsMax, "too many gaps");
        Check(draft.Events.Count < Limits.EventsMax, "too many events");
        foreach (ManifestEvent entry in draft.Events)
        {
            Check(System.Text.Encoding.UTF8.GetByteCount(entry.Text) <= Limits.TextBytesMax, "event text too long");
        }
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new ArgumentException("a batch cannot be sealed: " + what);
        }
    }

    private Manifest SealSections(Manifest draft, ReadOnlySpan<SectionPlain> sections, out SealedSections parts)
    {
        Span<byte> batchSecret = stackalloc byte[SectionSecrets.KeySize];
        byte[] context = BatchContext.Encode(draft);
        DeriveBatchSecret(context, sections, batchSecret);
        parts = new SealedSections();
        bool exhausted = false;
        foreach (SectionPlain section in sections)
        {
            DayKeys keys = policy.Schedule.Pick(section.Number, draft.Day);
            sectionSealer.Seal(batchSecret, context, section, keys.Keys, parts);
            exhausted |= keys.Exhausted;
        }

        CryptographicOperations.ZeroMemory(batchSecret);
        parts.KeysExhausted = exhausted;
        parts.RecipientsBytes = RecipientEntry.EncodeAll(parts.Recipients);
        ManifestEvent alarm = new(draft.Last, EventKind.KeysExhausted, $"no day keys for day {draft.Day}");
        return draft with
        {
            Sections = parts.Entries,
            RecipientsHash = Hash32.Of(parts.RecipientsBytes),
            Events = exhausted ? [.. draft.Events, alarm] : draft.Events,
        };
    }

    /// <summary>
    /// HKDF-Extract(salt = epoch secret, ikm = 32 random bytes || H(ctx) || H(pt 1) || H(pt 2)): where the random
    /// source
    /// repeats itself, other content still gives other keys, and where the content is the same the epoch differs.
    /// </summary>
    private void DeriveBatchSecret(byte[] context, ReadOnlySpan<SectionPlain> sections, Span<byte> batchSecret)
    {
        Span<byte> material = stackalloc byte[4 * Hash32.Size];
        random(material[..32]);
        SHA256.HashData(context, material[32..64]);
        for (int number = 1; number <= Limits.SectionsMax; number++)
        {
            ReadOnlySpan<byte> columns = [];
            foreach (SectionPlain section in sections)
            {
                columns = section.Number == number ? section.Columns.Span : columns;
            }

            SHA256.HashData(columns, material.Slice(32 + (32 * number), 32));
        }

        HKDF.Extract(HashAlgorithmName.SHA256, material, epochSecret, batchSecret);
        CryptographicOperations.ZeroMemory(material);
    }

    private SealedBatch Sign(Manifest manifest, SealedSections parts)
    {
        (byte[] signed, Hash32 id) = SignedObject.Sign(SignedType.Batch, manifest.Encode(), epochKey);
        byte[] bytes = BatchBytes.Encode(signed, parts.RecipientsBytes, parts.Ciphertexts);
        Check(bytes.Length <= Limits.BatchBytesMax, "too many bytes");
        var batch = new SealedBatch(bytes, id, NextSequence, manifest, parts.KeysExhausted);
        Head = id;
        NextSequence++;
        return batch;
    }
}
