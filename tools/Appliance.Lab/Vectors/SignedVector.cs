using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// A vector of an object of the safeguards as it stands in tests/vectors/signed: what was signed, who may have signed
/// it, and what a reader says. Bytes are hexadecimal, keys are points.
/// </summary>
internal sealed record SignedVector(
    string Name, string About, string Expect, string Type, IReadOnlyList<string> Keys, string Object)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static SignedVector Parse(string json) =>
        JsonSerializer.Deserialize<SignedVector>(json, Options) ?? throw new JsonException("an empty vector");

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>What this program's reader says of it.</summary>
    public string Judge()
    {
        byte[] bytes = Convert.FromHexString(Object);
        return Verify(bytes).Verdict();
    }

    private Refusal Verify(byte[] bytes) => Type switch
    {
        "enrolment" => Enrolment.TryVerify(bytes, Both, out _),
        "rules" => RulesConfirmation.TryVerify(bytes, Both, out _),
        "keeping" => KeepingOrder.TryVerify(bytes, Both, out _),
        "correction" => LineCorrection.TryVerify(bytes, Both, out _),
        "request" => Person(SignedType.Request, bytes, payload => Request.TryDecode(payload, out _)),
        "approval" => Person(SignedType.Approval, bytes, payload => Approval.TryDecode(payload, out _)),
        "release" => ReleaseStatement.TryVerify(bytes, Key(0), out _),
        "search" => SearchStatement.TryVerify(bytes, Key(0), out _),
        "destroy" => DestroyStatement.TryVerify(bytes, Key(0), out _),
        "hold" => HoldStatement.TryVerify(bytes, Key(0), out _),
        "checkpoint" => LogCheckpoint.TryVerify(bytes, Key(0), out _),
        "acceptance" => AcceptanceStatement.TryVerify(bytes, Key(0), out _),
        "entry" => LogEntry.TryDecode(bytes, out _),
        _ => throw new JsonException($"{Type} is no type of a signed vector"),
    };

    private ControlTrust Both => new(Key(0), Key(1));

    private PublicKey Key(int index) =>
        PublicKey.TryFromPoint(Convert.FromHexString(Keys[index]), out PublicKey? key)
            ? key!
            : throw new JsonException("a key of the vector is not on the curve");

    private Refusal Person(SignedType type, byte[] bytes, Func<ReadOnlyMemory<byte>, Refusal> decode)
    {
        Refusal refusal = SignedObject.TryRead(type, bytes, out SignedObject? signed);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        return signed!.Kid != Key(0).Kid ? Refusal.ForeignKey
            : !signed.IsSignedBy(Key(0)) ? Refusal.Signature
            : decode(signed.Payload);
    }
}
