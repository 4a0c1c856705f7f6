namespace Appliance.Wire;

/// <summary>
/// Why something that arrived is not accepted. Each value has one sentence (<see cref="Refusals.Sentence"/>) and one
/// name in vectors and counters; new values go to the end.
/// </summary>
public enum Refusal : byte
{
    /// <summary>Accepted.</summary>
    None,
    TooLarge,
    TooDeep,
    NotCbor,
    NotCanonical,
    TrailingBytes,
    WrongStructure,
    UnknownVersion,
    ProtectedHeader,
    WrongType,
    ForeignKey,
    Signature,
    ForeignDevice,
    WrongDevice,
    WrongEpoch,
    WrongNotice,
    FutureDay,
    TimeOrder,
    RecipientsHash,
    SectionList,
    CiphertextLength,
    CiphertextHash,
    RecipientsList,
    NoKey,
    KeyWrap,
    Commitment,
    Ciphertext,
    Columns,
    Count,
    Root,
    Proof,
    Missing,
    Swapped,
    Replayed,
    Fork,
    Rollback,
    UnknownEpoch,
    ControlSigners,
    ControlReplayed,
    ControlTime,

    /// <summary>Final for every batch under the notice: nothing may be kept under it any more.</summary>
    NoticeWithdrawn,
}

/// <summary>The words that belong to each <see cref="Refusal"/>.</summary>
public static class Refusals
{
    private static readonly string[] Sentences =
    [
        "accepted",
        "it is larger than any object of its kind",
        "it is nested deeper than any object of its kind",
        "it is not well-formed CBOR",
        "it is CBOR, but not in the one canonical form (shortest lengths, ascending keys, no floats)",
        "bytes follow after its end",
        "a field is missing, unknown or of the wrong kind",
        "its version or suite is not one that this program knows",
        "its protected header is not ES256 with a key id and a content type",
        "it is an object of another type",
        "it is signed by a key that no accepted epoch statement certifies",
        "its signature does not fit its content",
        "the epoch statement is not signed by the device that is trusted here",
        "it names another device than the one that is trusted here",
        "it names another epoch than the key that signed it was certified for",
        "it names another notice than the one in force",
        "its day lies in the future",
        "its first record is later than its last",
        "the list of recipients is not the one that was signed",
        "its sections are not the ones that the manifest lists",
        "the sealed bytes of a section are longer or shorter than signed",
        "the sealed bytes of a section are not the ones that were signed",
        "its recipients are not sorted, or a recipient belongs to no section",
        "it is not sealed for any of the keys at hand",
        "the content key does not open with the recipient's key",
        "the content key is not the one that the manifest commits to",
        "the sealed bytes do not open with the content key",
        "the columns of a section cannot be decoded",
        "a section has more or fewer rows than signed",
        "the rows of a section do not give the root that was signed",
        "the record is not in the batch that it claims",
        "a batch before it is missing",
        "it arrived after its successor",
        "it was received before",
        "another batch with the same position or another successor of the same batch exists",
        "the epoch continues from before the head that is already known",
        "no accepted epoch statement names its epoch",
        "the control message lacks a signature of a role that it needs",
        "the control message is not newer than the last one that took effect",
        "the control message is not yet or no longer valid",
        "its notice is withdrawn, nothing may be kept under it any more",
    ];

    /// <summary>Highest number of a refusal; a receipt with a higher one is of a later version.</summary>
    internal static int Highest => Sentences.Length - 1;

    /// <summary>One sentence without a full stop, for people: "refused: " + sentence reads well.</summary>
    public static string Sentence(this Refusal refusal) => Sentences[(int)refusal];

    /// <summary>The name in vectors, logs and counters: lower-case words, "recipients hash".</summary>
    public static string Name(this Refusal refusal)
    {
        var words = new System.Text.StringBuilder();
        foreach (char letter in refusal.ToString())
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    /// <summary>"accepted", or "refused: " and the name.</summary>
    public static string Verdict(this Refusal refusal) =>
        refusal == Refusal.None ? "accepted" : "refused: " + refusal.Name();
}
