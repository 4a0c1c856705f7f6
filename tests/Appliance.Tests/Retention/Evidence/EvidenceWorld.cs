using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// A pack as the verbs make it, of an order that was asked and answered, with the pins that a reader brings. Parts can
/// be exchanged and sealed again with the log's own key: an insider's tampering, which the seal alone does not show.
/// </summary>
internal sealed partial class EvidenceWorld : IDisposable
{
    public EvidenceWorld(bool withStamps = false, Action<RowBatch, long>? addMore = null, bool isLive = false)
    {
        Orders = new OrderWorld(addMore);
        Orders.SetUp(live: isLive);
        Orders.StartWarden();
        if (withStamps)
        {
            Succeed("evidence", "lab-authority", "--data", Orders.Data);
            Succeed("evidence", "stamp", "--data", Orders.Data);
        }

        Request = Orders.Request();
        Orders.Approve(Request);
    }

    public OrderWorld Orders { get; }

    public string Request { get; }

    public string Answer => Orders.File("answer.json");

    public string Name => Orders.File("case-17");

    public byte[] Pack => File.ReadAllBytes(Name + ".tar");

    /// <summary>Asks, keeps the answer, and makes the pack; with a zone it is printed too.</summary>
    public string Make(params string[] zone)
    {
        (int code, string output, string errors) = Orders.Resolve(Request, "--format", "json");
        if (code != 0)
        {
            throw new InvalidOperationException(output + errors);
        }

        File.WriteAllText(Answer, output);
        return Succeed(zone.Length == 0 ? MakeWords() : [.. MakeWords()[..^1], .. zone]);
    }

    /// <summary>Asks what is kept of a line under an order of its own, and makes the pack of that answer.</summary>
    public void MakeAboutLine(string verb, int purpose, string line = "line-1", params string[] more)
    {
        string request = Orders.LineRequest(line, purpose, more.Length > 0 ? more[^1] : null);
        Orders.Approve(request);
        File.WriteAllText(Answer, Succeed([.. LineWords(verb, line, request), .. more]));
        MakeOf(request);
    }

    /// <summary>The question about a line that an order of four minutes allows.</summary>
    public string[] LineWords(string verb, string line, string request) =>
    [
        verb, line, "--data", Orders.Data, "--socket", Orders.Socket, "--request", request,
        "--from", "2024-10-04T00:00Z", "--to", "2024-10-04T00:04Z", "--json",
    ];

    /// <summary>Makes the pack of the answer that was given under a request.</summary>
    public void MakeOf(string request)
    {
        string[] words = MakeWords();
        words[Array.IndexOf(words, "--request") + 1] = request;
        Succeed(words);
    }

    public string[] MakeWords(params string[] more) =>
    [
        "evidence", "make", "--data", Orders.Data, "--socket", Orders.Socket, "--request", Request, "--answer", Answer,
        "--out", Name, "--no-pdf", .. more,
    ];

    /// <summary>Vouches for the device, or revokes it.</summary>
    public string Vouch(params string[] more) => Succeed(
    [
        "evidence", "vouch", Orders.Device.ToString(), "--data", Orders.Data, "--operator",
        Orders.File("operator.json"), "--custodian", Orders.File("custodian.json"), "--until", "2030-01-01T00:00Z",
        .. more,
    ]);

    /// <summary>What `evidence pins` prints, with the warden's key.</summary>
    public string PinsText()
    {
        string status = Orders.Run("warden", "status", "--json", "--socket", Orders.Socket).Output;
        string witness = Point().Match(status).Value;
        return Succeed("evidence", "pins", "--data", Orders.Data, "--witness", witness);
    }

    public Pins Pins() => Appliance.Evidence.Pins.Parse(PinsText(), out string problem)
        ?? throw new InvalidOperationException(problem);

    /// <summary>Writes the pins into a file; its path.</summary>
    public string PinsFile()
    {
        string path = Orders.File("pins.json");
        File.WriteAllText(path, PinsText());
        return path;
    }

    public SortedDictionary<string, byte[]> Files() =>
        PackArchive.TryRead(Pack, out SortedDictionary<string, byte[]> files, out string problem)
            ? files : throw new InvalidOperationException(problem);

    /// <summary>An archive of these files, sealed again by an insider who has the log's key.</summary>
    /// <param name="files">The files; the seal among them is exchanged.</param>
    /// <param name="question">Index of the question; null: as it was.</param>
    public byte[] Resealed(SortedDictionary<string, byte[]> files, ulong? question = null)
    {
        StoreKey log = PersonKey.Read(Path.Combine(new StoreFolder(Orders.Data).Log, "log.json"));
        PackSeal.TryVerify(files[PackNames.Seal], log.Public, out PackSeal? seal);
        files.Remove(PackNames.Seal);
        using SigningKey key = log.Open();
        PackSeal again = seal! with
        {
            Question = question ?? seal.Question,
            Files = [.. files.Select(file => new PackedFile(file.Key, Hash32.Of(file.Value)))],
        };
        files[PackNames.Seal] = again.Sign(key).Bytes;
        return PackArchive.Write(files);
    }

    public string Succeed(params string[] words)
    {
        (int code, string output, string errors) = Orders.Run(words);
        return code == 0
            ? output : throw new InvalidOperationException($"{string.Join(' ', words)}: {output}{errors}");
    }

    /// <summary>The root of an authority that nobody asked.</summary>
    public static X509Certificate2[] OtherRoot()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Lab time-stamp root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        return [request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100))];
    }

    public void Dispose() => Orders.Dispose();

    [GeneratedRegex("04[0-9a-f]{128}")]
    private static partial Regex Point();
}
