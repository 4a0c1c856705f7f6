using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Retention.Warden;

/// <summary>How the messages between store and warden are written: JSON, byte strings in base64.</summary>
internal static class WardenJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}

/// <summary>That an entry is in the log, and that the log only grew since the warden saw it last.</summary>
/// <param name="Index">Index of the entry.</param>
/// <param name="Entry">Its bytes.</param>
/// <param name="Nonce">Opens its commitment, together with the content.</param>
/// <param name="Checkpoint">The log, signed by it, with the entry in it.</param>
/// <param name="Inclusion">RFC 9162 section 2.1.3.1, 32 bytes each.</param>
/// <param name="Consistency">RFC 9162 section 2.1.4.1 from the size that the warden saw last.</param>
/// <param name="Cosignature">Of the second witness, where one is pinned; else empty.</param>
internal sealed record LogProof(
    ulong Index,
    byte[] Entry,
    byte[] Nonce,
    byte[] Checkpoint,
    byte[][] Inclusion,
    byte[][] Consistency,
    byte[] Cosignature);

/// <summary>A batch whose content keys are asked for: all that can be checked without its sealed rows.</summary>
/// <param name="Manifest">obj("batch").</param>
/// <param name="Statement">obj("epoch") that certifies its key.</param>
/// <param name="Recipients">List of recipients, as in the batch.</param>
/// <param name="Sections">Sections asked for.</param>
internal sealed record AskedBatch(byte[] Manifest, byte[] Statement, byte[] Recipients, byte[] Sections);

/// <summary>The papers and the logged question: what every call for a request carries.</summary>
/// <param name="Request">Signed request.</param>
/// <param name="Approvals">Signed approvals.</param>
/// <param name="Question">The question as the log commits to it.</param>
/// <param name="Proof">That it is in the log.</param>
internal sealed record AskedUnder(byte[] Request, byte[][] Approvals, byte[] Question, LogProof Proof);

/// <summary>First step of a release: what is to be opened, and for which process.</summary>
/// <param name="Under">Papers and question.</param>
/// <param name="Batches">What is to be opened.</param>
/// <param name="SealTo">Point of the key of the process that asks.</param>
internal sealed record ReleaseAsk(AskedUnder Under, AskedBatch[] Batches, byte[] SealTo);

/// <summary>Answer to the first step: the statement that the log must have before the keys leave.</summary>
internal sealed record ReleasePromise(byte[] Statement);

/// <summary>Second step: the statement is in the log.</summary>
internal sealed record ReleaseClaim(byte[] Statement, LogProof Proof);

/// <summary>A content key, sealed for the process that asked.</summary>
internal sealed record SealedKey(byte[] Batch, byte Section, byte[] Key);

/// <summary>Answer to the second step.</summary>
/// <param name="Keys">One for each section promised.</param>
/// <param name="Cosignature">The warden's signature under the checkpoint of the proof.</param>
internal sealed record ReleasedKeys(SealedKey[] Keys, byte[] Cosignature);

/// <summary>Which batches may have something: the filter tokens of values, made with keys that stay here.</summary>
/// <param name="Under">Papers and question.</param>
/// <param name="Batches">Device, day and id of each batch.</param>
/// <param name="Values">Field number and value, as filters hash them.</param>
internal sealed record TokenAsk(AskedUnder Under, AskedFilter[] Batches, byte[][] Values);

/// <summary>A batch of which filter tokens are asked.</summary>
internal sealed record AskedFilter(string Device, string Notice, int Day, byte[] Batch);

/// <summary>For each batch the tokens of all values, 4 bytes each, end to end; empty where the day's key is
/// gone.</summary>
internal sealed record TokenAnswer(byte[][] Tokens);

/// <summary>The key of a batch's filter, for ingest, which has its rows in hand at that moment.</summary>
internal sealed record FilterKeyAsk(string Device, string Notice, int Day, byte[] Batch);

/// <summary>By section number from 1; empty where the warden has no such day.</summary>
internal sealed record FilterKeys(byte[][] Keys);

/// <summary>The file of a referral, as the order names it by its digest.</summary>
internal sealed record ReferralTake(byte[] File);

/// <summary>Whether the warden has the file of a referral.</summary>
/// <param name="Digest">SHA-256 of the file.</param>
internal sealed record ReferralHere(byte[] Digest);

/// <summary>A refusal, as an answer.</summary>
internal sealed record WardenNo(string Rule, string Sentence);

/// <summary>Signed statements of destruction that are not in the log yet.</summary>
internal sealed record DestroyWaiting(byte[][] Statements);

/// <summary>A statement of destruction is in the log.</summary>
internal sealed record DestroyLogged(byte[] Statement, LogProof Proof);

/// <summary>Nothing but that it was taken.</summary>
internal sealed record Taken(bool Done);

/// <summary>A checkpoint to be cosigned.</summary>
/// <param name="Checkpoint">The log, signed by it.</param>
/// <param name="Consistency">From the size that the warden saw last.</param>
internal sealed record CosignAsk(byte[] Checkpoint, byte[][] Consistency);

/// <summary>How far a witness saw the log.</summary>
internal sealed record SeenLog(ulong Size);

/// <summary>The witness's signature under the checkpoint.</summary>
internal sealed record Cosigned(byte[] Cosignature);

/// <summary>The newest manifest of each device, as signs of the time.</summary>
internal sealed record TimeAsk(AskedBatch[] Newest);

/// <summary>Why the clock is not believed all the same; null where it is.</summary>
internal sealed record TimeTold(string? Doubt);

/// <summary>What a warden says of itself.</summary>
/// <param name="Warden">Its identity.</param>
/// <param name="Public">Point of its key, 130 hexadecimal digits.</param>
/// <param name="SeenSize">Entries of the log as it was seen last.</param>
/// <param name="Devices">Devices whose day keys it has.</param>
/// <param name="DayKeys">Private day keys that it has.</param>
/// <param name="People">People who are enrolled.</param>
/// <param name="Confirmed">Jurisdictions whose rules were confirmed as they stand.</param>
/// <param name="IsLive">False: a lab, where unconfirmed rules decide.</param>
/// <param name="IsWitnessed">A second witness is pinned.</param>
/// <param name="NoticesProblem">Why orders about notices are not acted on; null where all are.</param>
/// <param name="Doubt">Why its clock is not believed, so that it destroys no more than is certain; null where it
/// is.</param>
internal sealed record WardenReport(
    string Warden,
    string Public,
    ulong SeenSize,
    int Devices,
    int DayKeys,
    int People,
    string[] Confirmed,
    bool IsLive,
    bool IsWitnessed,
    string? NoticesProblem,
    string? Doubt);
