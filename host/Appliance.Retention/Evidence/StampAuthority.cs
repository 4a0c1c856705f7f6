using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Evidence;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Evidence;

/// <summary>
/// The time-stamp authority that the store asks (RFC 3161): a URL, or in the lab a command. Which one stands in
/// <c>stamps/authority.json</c>; roots that it leads to lie beside it as <c>*.pem</c>.
/// </summary>
/// <param name="Url">Where queries are posted; null for a command.</param>
/// <param name="Command">Program and arguments; {query} and {reply} stand for files; null for a URL.</param>
internal sealed record StampAuthority(string? Url, string[]? Command)
{
    public const string FileName = "authority.json";

    private const string QueryType = "application/timestamp-query";
    private const int ReplyBytesMax = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>The authority of a store; null where none is configured.</summary>
    /// <exception cref="ArchiveException">The file is not what it should be.</exception>
    public static StampAuthority? Read(StoreFolder folder)
    {
        string path = Path.Combine(folder.Stamps, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            StampAuthority? read = JsonSerializer.Deserialize<StampAuthority>(File.ReadAllText(path), Options);
            return read is not null && (read.Url is null) != (read.Command is not { Length: > 0 })
                ? read
                : throw new ArchiveException($"{path} must name either url or command");
        }
        catch (JsonException wrong)
        {
            throw new ArchiveException($"{path} is not the JSON that it should be: {wrong.Message}", wrong);
        }
    }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>A token over these bytes.</summary>
    /// <exception cref="ArchiveException">The authority gives none.</exception>
    public byte[] Stamp(ReadOnlySpan<byte> bytes)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(8);
        nonce[0] |= 1;
        byte[] query = StampToken.Query(bytes, nonce);
        byte[] reply = Url is { } url ? Post(url, query) : Run(query);
        return StampToken.OfResponse(reply)
            ?? throw new ArchiveException("the time-stamp authority refused; see its log");
    }

    private static byte[] Post(string url, byte[] query)
    {
        try
        {
            using var client = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = ReplyBytesMax };
            using var content = new ByteArrayContent(query);
            content.Headers.ContentType = new(QueryType);
            using HttpResponseMessage answer = client.PostAsync(new Uri(url), content).GetAwaiter().GetResult();
            answer.EnsureSuccessStatusCode();
            return answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new ArchiveException($"the authority at {url} does not answer: {failure.Message}", failure);
        }
    }

    private byte[] Run(byte[] query)
    {
        DirectoryInfo room = Directory.CreateTempSubdirectory("stamp-");
        try
        {
            string ask = Path.Combine(room.FullName, "query");
            string reply = Path.Combine(room.FullName, "reply");
            File.WriteAllBytes(ask, query);
            string[] words = [.. Command!.Select(word => word.Replace("{query}", ask).Replace("{reply}", reply))];
            var start = new ProcessStartInfo(words[0], words[1..])
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            };
            using Process program = Process.Start(start)!;
            program.OutputDataReceived += static (_, _) => { };
            program.BeginOutputReadLine();
            string errors = program.StandardError.ReadToEnd();
            if (!program.WaitForExit(Patience) || program.ExitCode != 0 || !File.Exists(reply))
            {
                throw new ArchiveException($"{words[0]} gave no time stamp: {errors.Trim().ReplaceLineEndings(" ")}");
            }

            return File.ReadAllBytes(reply);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new ArchiveException($"{Command![0]} cannot be started: {missing.Message}; install it", missing);
        }
        finally
        {
            room.Delete(recursive: true);
        }
    }
}
