using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>A paper that is to be signed: these bytes and no others.</summary>
/// <param name="Type">Request or approval.</param>
/// <param name="Request">Request that it is, or is about.</param>
/// <param name="Payload">What is signed.</param>
/// <param name="Challenge">Id of the signed object: what the authenticator is given.</param>
internal sealed record UnsignedPaper(SignedType Type, Id16 Request, byte[] Payload, Hash32 Challenge);

/// <summary>
/// A person who has logged in. What is begun here stays in memory: a restart logs everybody out. Locks itself.
/// </summary>
internal sealed class Session(string id, Id16 person, KeyId key, string credential, long began)
{
    private readonly Lock one = new();
    private readonly List<(string Name, UnsignedPaper Paper)> papers = [];

    /// <summary>What the cookie says.</summary>
    public string Id => id;

    /// <summary>Who it is.</summary>
    public Id16 Person => person;

    /// <summary>Key that logged in; when another one is enrolled, the session ends.</summary>
    public KeyId Key => key;

    /// <summary>Name of the key at its authenticator, base64url.</summary>
    public string Credential => credential;

    /// <summary>Timestamp of the login.</summary>
    public long Began { get; } = began;

    /// <summary>Timestamp of the last call.</summary>
    public long Seen { get; set; } = began;

    /// <summary>Keeps a paper until it is signed; the oldest gives way.</summary>
    /// <returns>Name by which it is found.</returns>
    public string Add(UnsignedPaper paper)
    {
        string name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (one)
        {
            papers.Add((name, paper));
            if (papers.Count > ConsoleLimits.PapersMax)
            {
                papers.RemoveAt(0);
            }
        }

        return name;
    }

    public UnsignedPaper? Find(string name)
    {
        lock (one)
        {
            return papers.Find(known => known.Name == name).Paper;
        }
    }

    /// <summary>Takes the paper away, so that it is not signed again; false where somebody was faster.</summary>
    public bool TryTake(string name)
    {
        lock (one)
        {
            return papers.RemoveAll(known => known.Name == name) > 0;
        }
    }
}
