using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>An answer that was handed over. Times are UTC microseconds since 1970.</summary>
/// <param name="Entry">Index of its delivery in the log.</param>
/// <param name="Question">Index of its question.</param>
/// <param name="Request">Request that it was given under.</param>
/// <param name="DeliveredUtcUs">When.</param>
/// <param name="FromUtcUs">First instant asked about.</param>
/// <param name="ToUtcUs">Last instant asked about.</param>
/// <param name="CheckedUtcUs">Corrections until then were looked at.</param>
/// <param name="Salt">Of its digests.</param>
internal sealed record DeliveredAnswer(
    ulong Entry,
    ulong Question,
    Id16 Request,
    ulong DeliveredUtcUs,
    ulong FromUtcUs,
    ulong ToUtcUs,
    ulong CheckedUtcUs,
    byte[] Salt);

/// <summary>An answer that relied on something which was corrected afterwards.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Entry">Index of the delivery in the log.</param>
/// <param name="Kind">late, conflict, plan, or what was declared.</param>
/// <param name="Request">Request of the answer.</param>
/// <param name="Logged">Index of the finding's own entry in the log.</param>
/// <param name="AtUtcUs">When it was found.</param>
/// <param name="Text">What was corrected, a sentence.</param>
internal sealed record ErrorFinding(
    long Number, ulong Entry, string Kind, Id16 Request, ulong Logged, ulong AtUtcUs, string Text);

/// <summary>
/// Which answers relied on which records, so that a correction finds them; of no use to learn whom they were about.
/// A file of its own: it cannot be made again from the batches. One thread.
/// </summary>
internal sealed class AnswerRegister : IDisposable
{
    public const string FileName = "answers.db";

    private const byte OfBatch = 1;
    private const byte OfFlow = 2;
    private const int DigestSize = 16;
    private const int SaltSize = 32;

    private readonly StoreDatabase database;

    private AnswerRegister(StoreDatabase database) => this.database = database;

    public static AnswerRegister Open(StoreFolder folder) => new(
        StoreDatabase.Open(Path.Combine(folder.Root, FileName), toWrite: true, RegisterTables.Tables));

    /// <summary>Enters an answer; durable when this returns.</summary>
    public void Add(
        DeliveredAnswer answer,
        IReadOnlyCollection<AnswerPlace> places,
        IReadOnlyCollection<AnswerMoment> moments)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        database.Begin();
        database.Run(
            """
            INSERT INTO deliveries (entry, question, request, delivered_us, from_us, to_us, checked_us, salt)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            answer.Entry,
            answer.Question,
            answer.Request,
            answer.DeliveredUtcUs,
            answer.FromUtcUs,
            answer.ToUtcUs,
            answer.CheckedUtcUs,
            salt);
        foreach (AnswerPlace place in places)
        {
            Put(answer.Entry, DigestOfBatch(salt, place.Device, place.Epoch, place.Sequence));
            Put(answer.Entry, DigestOfFlow(salt, place.Device, place.Flow));
        }

        foreach (AnswerMoment moment in moments)
        {
            database.Run(
                "INSERT OR IGNORE INTO moments (entry, second, digest) VALUES ($1, $2, $3)",
                answer.Entry,
                moment.Second,
                DigestOf(salt, moment));
        }

        database.Commit();
    }

    public IReadOnlyList<DeliveredAnswer> Deliveries() => database.All(
        """
        SELECT entry, question, request, delivered_us, from_us, to_us, checked_us, salt FROM deliveries ORDER BY entry
        """,
        row => new DeliveredAnswer(
            (ulong)row.GetInt64(0), (ulong)row.GetInt64(1), row.Id(2), (ulong)row.GetInt64(3), (ulong)row.GetInt64(4),
            (ulong)row.GetInt64(5), (ulong)row.GetInt64(6), row.Bytes(7)));

    /// <summary>Whether the answer relied on a record of this batch.</summary>
    public bool ReliedOnBatch(DeliveredAnswer answer, Id16 device, uint epoch, uint sequence) =>
        Has(answer, DigestOfBatch(answer.Salt, device, epoch, sequence));

    /// <summary>Whether the answer relied on a record of this flow, which is named by its first record.</summary>
    public bool ReliedOnFlow(DeliveredAnswer answer, Id16 device, FlowId flow) =>
        Has(answer, DigestOfFlow(answer.Salt, device, flow));

    /// <summary>Whether it is known which seconds the answer relied on; where not, its batches tell.</summary>
    public bool HasMoments(DeliveredAnswer answer) => database.One<long>(
        "SELECT count(*) FROM (SELECT 1 FROM moments WHERE entry = $1 LIMIT 1)", answer.Entry) > 0;

    /// <summary>Whether the answer relied on a stretch in some way, by any of these places.</summary>
    public bool ReliedOnTime(
        DeliveredAnswer answer, MomentKind kind, Id16 device, IEnumerable<FlowId> places, TaiTime from, TaiTime to) =>
        ReliedOnTime(answer, places.Select(place => new AnswerMoment(kind, device, place, 0)), from, to);

    /// <summary>Whether the answer relied on a stretch in any of these ways, whatever their second.</summary>
    public bool ReliedOnTime(DeliveredAnswer answer, IEnumerable<AnswerMoment> ways, TaiTime from, TaiTime to)
    {
        List<byte[]> digests = database.All(
            "SELECT DISTINCT digest FROM moments WHERE entry = $1 AND second BETWEEN $2 AND $3",
            row => row.Bytes(0),
            answer.Entry,
            AnswerMoments.SecondOf(from),
            AnswerMoments.SecondOf(to));
        return digests.Count > 0 && ways.Any(way =>
        {
            byte[] wanted = DigestOf(answer.Salt, way);
            return digests.Exists(digest => digest.AsSpan().SequenceEqual(wanted));
        });
    }

    /// <summary>
    /// When a correction was taken in; where nobody said, it is now: no answer of before is passed over.
    /// </summary>
    public ulong TakenIn(LineCorrection line, ulong nowUtcUs)
    {
        string name = CorrectionBook.NameOf(line);
        database.Run("INSERT OR IGNORE INTO corrected (name, at_us) VALUES ($1, $2)", name, nowUtcUs);
        return (ulong)database.One<long>("SELECT at_us FROM corrected WHERE name = $1", name);
    }

    /// <summary>Corrections until then were looked at.</summary>
    public void Checked(DeliveredAnswer answer, ulong utcUs) =>
        database.Run("UPDATE deliveries SET checked_us = $2 WHERE entry = $1", answer.Entry, utcUs);

    /// <summary>Keeps what somebody declared; durable when this returns.</summary>
    public void Declare(DeclaredCorrection declared) => database.Run(
        "INSERT INTO declared (kind, device, from_us, to_us, at_us, text) VALUES ($1, $2, $3, $4, $5, $6)",
        declared.Kind,
        declared.Device,
        declared.FromUtcUs,
        declared.ToUtcUs,
        declared.AtUtcUs,
        declared.Text);

    public IReadOnlyList<DeclaredCorrection> Declared() => database.All(
        "SELECT no, kind, device, from_us, to_us, at_us, text FROM declared ORDER BY no",
        row => new DeclaredCorrection(
            row.GetInt64(0), row.GetString(1), row.Id(2), (ulong)row.GetInt64(3), (ulong)row.GetInt64(4),
            (ulong)row.GetInt64(5), row.GetString(6)));

    public bool HasFinding(ulong entry, string kind, string key) => database.One<long>(
        "SELECT count(*) FROM findings WHERE entry = $1 AND kind = $2 AND key = $3", entry, kind, key) > 0;

    public void AddFinding(ErrorFinding finding, string key) => database.Run(
        """
        INSERT INTO findings (entry, kind, key, request, logged, at_us, text) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        finding.Entry,
        finding.Kind,
        key,
        finding.Request,
        finding.Logged,
        finding.AtUtcUs,
        finding.Text);

    public IReadOnlyList<ErrorFinding> Findings() => database.All(
        "SELECT no, entry, kind, request, logged, at_us, text FROM findings ORDER BY no",
        row => new ErrorFinding(
            row.GetInt64(0), (ulong)row.GetInt64(1), row.GetString(2), row.Id(3), (ulong)row.GetInt64(4),
            (ulong)row.GetInt64(5), row.GetString(6)));

    /// <summary>Forgets answers about times before; what was found of them stays. Returns how many.</summary>
    public int ForgetBefore(ulong utcUs)
    {
        database.Begin();
        database.Run(
            "DELETE FROM digests WHERE entry IN (SELECT entry FROM deliveries WHERE to_us < $1)", utcUs);
        database.Run("DELETE FROM moments WHERE entry IN (SELECT entry FROM deliveries WHERE to_us < $1)", utcUs);
        int gone = database.Run("DELETE FROM deliveries WHERE to_us < $1", utcUs);
        database.Run("DELETE FROM declared WHERE to_us < $1", utcUs);
        database.Commit();
        if (gone > 0)
        {
            database.Run("VACUUM");
        }

        return gone;
    }

    public void Dispose() => database.Dispose();

    private bool Has(DeliveredAnswer answer, byte[] digest) => database.One<long>(
        "SELECT count(*) FROM digests WHERE entry = $1 AND digest = $2", answer.Entry, digest) > 0;

    private void Put(ulong entry, byte[] digest) =>
        database.Run("INSERT OR IGNORE INTO digests (entry, digest) VALUES ($1, $2)", entry, digest);

    private static byte[] DigestOf(byte[] salt, AnswerMoment moment)
    {
        byte what = (byte)moment.Kind;
        return moment.Session is not { Realm: { } realm } session
            ? Digest(salt, what, moment.Device, moment.Place)
            : HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(
                FormattableString.Invariant($"{what} {moment.Device} {session.BeginSecond} {realm} ")
                + FormattableString.Invariant($"{session.Prefix.Address}/{session.Prefix.Length}")))[..DigestSize];
    }

    private static byte[] DigestOfBatch(byte[] salt, Id16 device, uint epoch, uint sequence) =>
        Digest(salt, OfBatch, device, new FlowId(epoch, sequence, 0));

    private static byte[] DigestOfFlow(byte[] salt, Id16 device, FlowId flow) => Digest(salt, OfFlow, device, flow);

    private static byte[] Digest(byte[] salt, byte what, Id16 device, FlowId place)
    {
        Span<byte> text = stackalloc byte[1 + Id16.Size + (3 * sizeof(uint))];
        text[0] = what;
        device.Write(text[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(text[(1 + Id16.Size)..], place.Epoch);
        BinaryPrimitives.WriteUInt32BigEndian(text[(5 + Id16.Size)..], place.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(text[(9 + Id16.Size)..], place.Row);
        return HMACSHA256.HashData(salt, text)[..DigestSize];
    }
}
