using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;

namespace Appliance.Tests.Wire;

/// <summary>A registration and an assertion as Chromium made them; bytes in hexadecimal.</summary>
internal sealed class ChromiumVector(JsonElement root)
{
    public string Party => Text("party");

    public string Origin => Text("origin");

    public Hash32 CreateChallenge => Hash32.FromBytes(Bytes("create_challenge"));

    public byte[] CreateClient => Bytes("create_client");

    public byte[] Attestation => Bytes("attestation");

    public string Credential => Text("credential");

    public Hash32 GetChallenge => Hash32.FromBytes(Bytes("get_challenge"));

    public byte[] GetClient => Bytes("get_client");

    public byte[] Data => Bytes("data");

    public byte[] Der => Bytes("signature");

    public static ChromiumVector Read()
    {
        string path = Path.Combine(Checkout.Root, "tests", "vectors", "webauthn", "chromium.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return new ChromiumVector(document.RootElement.Clone());
    }

    private byte[] Bytes(string name) => Convert.FromHexString(Text(name));

    private string Text(string name) => root.GetProperty(name).GetString()!;
}
