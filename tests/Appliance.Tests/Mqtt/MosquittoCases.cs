using System.Text.Json;
using Appliance.Mqtt;
using Appliance.TestSupport;

namespace Appliance.Tests.Mqtt;

/// <summary>One packet case of the broker's own test data: what is sent to it, and what it answers.</summary>
internal sealed record MosquittoCase(
    string File, string Group, string Name, byte[] Sent, byte[]? Answer, bool? ExpectDisconnect, bool HasConnect)
{
    public const string Folder = "mosquitto";

    /// <summary>The reason in the broker's DISCONNECT; Success when it sent none.</summary>
    public ReasonCode BrokerReason => Answer is [0xE0, 0x01, byte reason] ? (ReasonCode)reason : ReasonCode.Success;

    public override string ToString() => $"{File} / {Group} / {Name}: {Convert.ToHexString(Sent)}";

    /// <summary>
    /// The cases of MQTT 5 in one file; the last packet sent and its answer are what a case is about.
    /// </summary>
    public static List<MosquittoCase> LoadV5(string file) => [.. LoadAll(file).Where(c => c.Group.StartsWith("v5.0"))];

    public static List<MosquittoCase> LoadAll(string file)
    {
        string path = Path.Combine(Checkout.Data(Folder)!, "test", "broker", "data", file + ".json");
        using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllText(path));
        List<MosquittoCase> cases = [];
        foreach (JsonElement group in document.RootElement.EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                cases.Add(Load(file, group.GetProperty("group").GetString()!, test));
            }
        }

        return cases;
    }

    private static MosquittoCase Load(string file, string group, JsonElement test)
    {
        byte[] sent = [];
        byte[]? answer = null;
        foreach (JsonElement message in test.GetProperty("msgs").EnumerateArray())
        {
            byte[] bytes = Convert.FromHexString(message.GetProperty("payload").GetString()!.Replace(" ", ""));
            bool isSent = message.GetProperty("type").GetString() == "send";
            sent = isSent ? bytes : sent;
            answer = isSent ? null : bytes;
        }

        bool? expect = test.TryGetProperty("expect_disconnect", out JsonElement e) ? e.GetBoolean() : null;
        bool connect = !test.TryGetProperty("connect", out JsonElement c) || c.GetBoolean();
        return new(file, group, test.GetProperty("name").GetString()!, sent, answer, expect, connect);
    }
}
