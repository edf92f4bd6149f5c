// A build plugin of Netlify: keeps .coldpress/ between builds.
module.exports = {
  onPreBuild: ({ utils }) => utils.cache.restore(".coldpress"),
  onPostBuild: ({ utils }) => utils.cache.save(".coldpress"),
};
